import { UnsupportedFormatError } from '../model/errors.js';
import type { Result, ResultKind } from '../model/results.js';
import { unsupported } from './format-independent.js';
import type { OutputFormat, Printer, PrinterOptions, Renderers, Sink } from './printer.js';

/** A kind that a format does not mention is refused. */
type Loader = () => Promise<{ readonly renderers: Partial<Renderers> }>;

const LOADERS: { readonly [Format in OutputFormat]: Loader } = {
  fields: () => import('./fields.js'),
  json: () => import('./json.js'),
  protobuf: () => import('./protobuf.js'),
  simple: () => import('./simple/simple.js'),
  table: () => import('./table.js'),
  yaml: () => import('./yaml.js'),
};

/** The printer of one format. Loads no other format's module: some take long to load. */
export async function loadPrinter(format: OutputFormat): Promise<Printer> {
  const { renderers } = await LOADERS[format]();
  return {
    assertPrints(kind) {
      rendererOf(renderers, format, kind);
    },
    print(result, sink, options) {
      return rendererOf(renderers, format, result.kind)(result, sink, options);
    },
  };
}

/** The table pairs each kind with its own renderer; the compiler cannot follow that through the union. */
type AnyRenderer = (result: Result, sink: Sink, options: PrinterOptions) => Promise<void> | void;

function rendererOf(renderers: Partial<Renderers>, format: OutputFormat, kind: ResultKind): AnyRenderer {
  const entry = renderers[kind] ?? unsupported(format);
  if ('unsupported' in entry) throw new UnsupportedFormatError(entry.unsupported);
  return entry as AnyRenderer;
}
