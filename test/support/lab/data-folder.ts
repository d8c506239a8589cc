/** What tests of a restore look at: the data directory, what is beside it, and what the program says. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Program, run } from './program.js';

export async function runText(program: Program, args: readonly string[]) {
  const { code, signal, stdout, stderr } = await run(program, args);
  return { code, signal, stdout: stdout.toString(), stderr: stderr.toString() };
}

/** Every path below a directory, with the size of files. */
export function treeOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const { size, mtimeMs, mode } = statSync(path.join(directory, name));
      return `${name} ${size} ${mtimeMs} ${mode}`;
    })
    .sort();
}

/** What is beside the data directory, without the time in the names. */
export function besideData(dataDirectory: string): string[] {
  return readdirSync(path.dirname(dataDirectory))
    .map((name) => name.replace(/[0-9]{8}T[0-9]{6}Z/, 'TIME'))
    .sort();
}
