import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeDirectories, removeTree, renamePath, statOf, syncDirectory } from '../directory.js';

interface StagedDirectory {
  readonly target: string;
  /** On the target's file system. */
  readonly path: string;
  /** The target exists already, as a mount point may: its contents are moved, not the directory. */
  readonly isWithin: boolean;
}

/** Directories that appear when all of them are complete, or not at all. */
export class Staging {
  readonly #suffix = `restore-${randomBytes(6).toString('hex')}`;
  readonly #directories: StagedDirectory[] = [];
  /** What to remove when it all comes to nothing; the newest last. */
  readonly #made: string[] = [];

  /** Returns the directory to be filled in the target's stead; the target must be missing or empty. */
  add(target: string): string {
    const isWithin = statOf(target) !== undefined;
    const path = isWithin ? join(target, `.${this.#suffix}`) : `${target}.${this.#suffix}`;
    const topmost = makeDirectories(path);
    if (topmost !== undefined) this.#made.push(topmost);
    this.#directories.push({ target, path, isWithin });
    return path;
  }

  /** Moves everything to its place, in the order of the `add`s. What was staged must be on disk. */
  async publish(): Promise<void> {
    for (const { target, path, isWithin } of this.#directories) {
      for (const [from, to] of isWithin ? contents(path, target) : [[path, target] as const]) {
        renamePath(from, to);
        this.#made.push(to);
      }
      if (isWithin) removeTree(path);
      await syncDirectory(isWithin ? target : dirname(target));
    }
  }

  /** Leaves nothing behind. Never throws. */
  discard(): void {
    for (const path of this.#made.toReversed()) removeTree(path);
  }
}

function contents(directory: string, target: string): readonly (readonly [from: string, to: string])[] {
  return readdirSync(directory).map((name) => [join(directory, name), join(target, name)] as const);
}
