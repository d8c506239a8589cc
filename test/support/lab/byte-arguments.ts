import { writeFileSync } from 'node:fs';
import type { Program } from './program.js';

type Word = string | Buffer;

export interface ByteArguments {
  /** Come after all arguments that the program is run with. */
  readonly args: readonly Word[];
  /** Added to the environment. */
  readonly env?: readonly (readonly [name: Word, value: Word])[];
  /** Where the shell script is written that gives them. */
  readonly file: string;
}

/** The program with arguments and variables that are not UTF-8, which `spawn` cannot give. */
export function withBytes(
  { command, leadingArgs }: Program,
  { args, env = [], file }: ByteArguments,
): Program {
  const variables = env.map(([name, value]) =>
    Buffer.concat([name, '=', value].map((part) => Buffer.from(part))),
  );
  const words = (variables.length > 0 ? ['env', ...variables] : []).map(quoted);
  writeFileSync(
    file,
    Buffer.concat([Buffer.from('exec'), ...words, Buffer.from(' "$@"'), ...args.map(quoted)]),
  );
  return { command: '/bin/sh', leadingArgs: [file, command, ...leadingArgs] };
}

/** A space and a word for the shell. */
function quoted(word: Word): Buffer {
  const text = Buffer.from(word).toString('latin1').replaceAll("'", "'\\''");
  return Buffer.from(` '${text}'`, 'latin1');
}
