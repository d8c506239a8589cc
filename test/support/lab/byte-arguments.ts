import { writeFileSync } from 'node:fs';
import type { Program } from './program.js';

type Word = string | Buffer;

export interface ByteArguments {
  /** Appended to the arguments of each run. */
  readonly args: readonly Word[];
  /** Added to the environment. */
  readonly env?: readonly (readonly [name: Word, value: Word])[];
  /** Path of the shell script to write. */
  readonly file: string;
}

/** The program, run by a shell script with arguments and variables that are not UTF-8, which `spawn` cannot pass. */
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

/** A space and the word, quoted for a shell. */
function quoted(word: Word): Buffer {
  const text = Buffer.from(word).toString('latin1').replaceAll("'", "'\\''");
  return Buffer.from(` '${text}'`, 'latin1');
}
