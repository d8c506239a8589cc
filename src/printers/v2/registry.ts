import type { V2Result } from '../../model/v2/results.js';
import type { Sink } from '../printer.js';
import type { V2OutputFormat, V2Printer, V2Renderers } from './printer.js';

type Loader = () => Promise<{ readonly renderers: V2Renderers }>;

const LOADERS: { readonly [Format in V2OutputFormat]: Loader } = {
  simple: () => import('./simple.js'),
  extended: () => import('./extended.js'),
  json: () => import('./json.js'),
};

/** The printer of one format; loads no other format's module. */
export async function loadV2Printer(format: V2OutputFormat): Promise<V2Printer> {
  const { renderers } = await LOADERS[format]();
  return {
    print(result, sink) {
      // The table pairs each kind with its own renderer; the compiler cannot follow that through the union.
      const render = renderers[result.kind] as (result: V2Result, sink: Sink) => void;
      render(result, sink);
    },
  };
}
