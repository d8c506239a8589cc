import { CommandError } from '../model/errors.js';
import type { NodeFiles } from './node-files.js';

/**
 * The documents of a YAML file as mappings, lists and texts; empty when the file is absent or empty. Loads the YAML library.
 * @throws CommandError with file and position when it is no YAML
 */
export async function readYaml(files: NodeFiles, path: string): Promise<readonly unknown[]> {
  const text = files.read(path);
  if (text === undefined) return [];
  const { parseYaml } = await import('./yaml-parser.js');
  const { documents, problem } = parseYaml(text);
  if (problem === undefined) return documents;
  throw new CommandError(`${files.locate(path)} is not valid YAML: ${problem}`);
}

export type YamlMapping = Readonly<Record<string, unknown>>;

/** The value if it is a mapping, else an empty one. */
export function mappingOf(value: unknown): YamlMapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as YamlMapping) : {};
}

/** The items if the value is a list, else none. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text of a scalar; undefined for other values, for an empty text and for null. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && !NOTHING.has(value) ? value : undefined;
}

const NOTHING: ReadonlySet<string> = new Set(['', '~', 'null']);
