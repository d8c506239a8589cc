import { type DocumentOptions, type ParseOptions, parseAllDocuments, type SchemaOptions } from 'yaml';

export interface ParsedYaml {
  readonly documents: readonly unknown[];
  /** What is malformed, with line and column; `documents` is then empty. */
  readonly problem?: string;
}

/** Scalars are the texts as they are written, and what the readers of these files accept is accepted: merge keys, repeated keys. */
const OPTIONS: ParseOptions & DocumentOptions & SchemaOptions = {
  logLevel: 'silent',
  schema: 'failsafe',
  merge: true,
  uniqueKeys: false,
};

/** The documents of a YAML text as mappings, lists and texts. Loaded lazily: the library is large. */
export function parseYaml(text: string): ParsedYaml {
  try {
    const parsed = [...parseAllDocuments(text, OPTIONS)];
    const [problem] = parsed.flatMap(({ errors }) => errors);
    if (problem !== undefined) return { documents: [], problem: firstLine(problem.message) };
    return { documents: parsed.map((document) => document.toJS() as unknown) };
  } catch (error) {
    // Aliases that expand to too much, or too deep a structure.
    return { documents: [], problem: firstLine(error instanceof Error ? error.message : String(error)) };
  }
}

/** The library's messages go on with an excerpt of the text. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/[:.]$/, '');
}
