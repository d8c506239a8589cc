import { closeSync, openSync, readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import type { Part, PartsFile, Require } from './program-parts.js';

/** The function in a file that scripts/lib/split-bundle.mjs wrote. It exports the parts; a part calls `notePart` when it is executed. */
type FileFunction = (
  module: { exports: readonly Part[] },
  require: Require,
  notePart: (index: number) => void,
) => void;

/** Reads and writes the code cache of one file. */
export interface CodeCache {
  read(): Buffer | undefined;
  write(bytes: Buffer): void;
}

/**
 * A file of the program. It is opened immediately but read only when a part of it is needed, so that a long run does not fail when the
 * package is replaced in the meantime.
 *
 * The code cache is followed by one byte for each part: 1 if an earlier run has executed it. When a run has executed a part that
 * no earlier run had, the cache is written again; it includes the functions that were loaded from the old cache.
 */
export class ProgramFile implements PartsFile {
  readonly count: number;
  readonly #path: string;
  readonly #codeCache: CodeCache;
  readonly #descriptor: number;
  #script: Script | undefined;
  #executed: Uint8Array;
  #hasNewParts = false;

  /**
   * @param count the number of its parts
   * @throws NodeJS.ErrnoException when the file cannot be opened
   */
  constructor(path: string, count: number, codeCache: CodeCache) {
    this.count = count;
    this.#path = path;
    this.#codeCache = codeCache;
    this.#descriptor = openSync(path, 'r');
    this.#executed = new Uint8Array(count);
  }

  /** Reads and runs the file. Call it once. */
  load(require: Require): readonly Part[] {
    const script = this.#compile();
    const module: { exports: readonly Part[] } = { exports: [] };
    (script.runInThisContext() as FileFunction)(module, require, (index) => this.#notePart(index));
    return module.exports;
  }

  /** Writes the code cache at the end of a run, if new parts were executed. */
  writeCodeCache(): void {
    if (this.#script === undefined || !this.#hasNewParts) return;
    this.#codeCache.write(Buffer.concat([this.#script.createCachedData(), this.#executed]));
  }

  #compile(): Script {
    // The files are ASCII.
    const source = readFileSync(this.#descriptor, 'latin1');
    closeSync(this.#descriptor);
    const cached = this.#codeCache.read();
    const filename = this.#path;
    if (cached === undefined || cached.length < this.count) {
      this.#script = new Script(source, { filename });
      return this.#script;
    }
    const cachedData = cached.subarray(0, -this.count);
    this.#script = new Script(source, { filename, cachedData });
    if (!this.#script.cachedDataRejected) this.#executed = cached.subarray(-this.count);
    return this.#script;
  }

  #notePart(index: number): void {
    if (this.#executed[index] === 1) return;
    this.#executed[index] = 1;
    this.#hasNewParts = true;
  }
}
