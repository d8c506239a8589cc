import { closeSync, openSync, readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import type { Part, PartsFile, Require } from './program-parts.js';

/** What scripts/lib/split-bundle.mjs makes of a file: it exports the parts, and each calls `notePart` when it is executed. */
type FileFunction = (
  module: { exports: readonly Part[] },
  require: Require,
  notePart: (index: number) => void,
) => void;

/** The place for what V8 compiled of a file in earlier runs. */
export interface CodeKeeper {
  read(): Buffer | undefined;
  write(bytes: Buffer): void;
}

/**
 * A file of the program. It is opened at once and read later, if at all: a run that goes on for hours must not fail
 * because the program has been replaced meanwhile.
 *
 * Compiled code is kept with a byte for each part behind it: 1 if an earlier run has executed the part. It is made anew
 * when a run has executed others; functions that earlier runs compiled are in it again.
 */
export class ProgramFile implements PartsFile {
  readonly count: number;
  readonly #path: string;
  readonly #keeper: CodeKeeper;
  readonly #descriptor: number;
  #script: Script | undefined;
  #executed: Uint8Array;
  #hasExecutedMore = false;

  /**
   * @param count of its parts
   * @throws when there is no such file
   */
  constructor(path: string, count: number, keeper: CodeKeeper) {
    this.count = count;
    this.#path = path;
    this.#keeper = keeper;
    this.#descriptor = openSync(path, 'r');
    this.#executed = new Uint8Array(count);
  }

  load(require: Require): readonly Part[] {
    const script = this.#compile();
    const module: { exports: readonly Part[] } = { exports: [] };
    (script.runInThisContext() as FileFunction)(module, require, (index) => this.#notePart(index));
    return module.exports;
  }

  /** For the end of a run. */
  keep(): void {
    if (this.#script === undefined || !this.#hasExecutedMore) return;
    this.#keeper.write(Buffer.concat([this.#script.createCachedData(), this.#executed]));
  }

  #compile(): Script {
    // The files are ASCII.
    const source = readFileSync(this.#descriptor, 'latin1');
    closeSync(this.#descriptor);
    const kept = this.#keeper.read();
    const filename = this.#path;
    if (kept === undefined || kept.length < this.count) {
      this.#script = new Script(source, { filename });
      return this.#script;
    }
    const cachedData = kept.subarray(0, -this.count);
    this.#script = new Script(source, { filename, cachedData });
    if (!this.#script.cachedDataRejected) this.#executed = kept.subarray(-this.count);
    return this.#script;
  }

  #notePart(index: number): void {
    if (this.#executed[index] === 1) return;
    this.#executed[index] = 1;
    this.#hasExecutedMore = true;
  }
}
