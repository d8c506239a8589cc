/** Loaded only when a profile or `--local` may be in use. */
import { type Environment, valuesFromEnvironment } from './environment.js';
import { GLOBAL_FLAGS, type GlobalFlagValues } from './global-flags.js';
import type { ValueLayer } from './global-values.js';

/**
 * Values of global flags from other places than the command line and the environment; the first has precedence.
 * @param warn gets a line for `--debug`
 */
export async function valueLayers(
  given: Partial<GlobalFlagValues>,
  env: Environment,
  warn: (line: string) => void,
): Promise<ValueLayer[]> {
  // Conflicts between flags and variables are reported before anything is read.
  const own: Partial<GlobalFlagValues> = { ...valuesFromEnvironment(GLOBAL_FLAGS, given, env), ...given };
  const layers: ValueLayer[] = [];
  if (own.profile) {
    const { readProfile } = await import('./profile.js');
    const { name, file, values } = await readProfile(own.profile, env);
    layers.push({ origin: `profile ${name}, ${file}`, values });
  }
  const values = { ...layers[0]?.values, ...own };
  if (values.local === true) {
    const { localLayer } = await import('./local-layer.js');
    layers.push(await localLayer(values, warn));
  }
  return layers;
}
