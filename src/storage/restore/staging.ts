import { randomBytes } from 'node:crypto';
import { cleanPath, joinPath, parentPath } from '../../go/file-path.js';
import {
  isNameFree,
  makeDirectories,
  makeDirectory,
  namesIn,
  pathWithin,
  removeTree,
  renamePath,
  statOf,
  syncDirectory,
} from '../directory.js';

interface StagedDirectory {
  readonly target: string;
  /** On the target's file system. */
  readonly path: string;
  /** The target exists already, as a mount point may: its contents are moved, not the directory. */
  readonly isWithin: boolean;
}

/** Directories that appear when all of them are complete, or not at all. */
export class Staging {
  readonly #name = `.restore-${randomBytes(6).toString('hex')}`;
  readonly #directories: StagedDirectory[] = [];
  /** What to remove when it all comes to nothing; the newest last. */
  readonly #made: string[] = [];

  /**
   * Returns the directory to be filled in the target's stead; the target must be missing or empty. Throws a `CommandError` that
   * names the target, or the first directory in it, as etcdutl does, which makes those first.
   */
  add(wanted: string): string {
    const target = cleanPath(wanted);
    const isWithin = statOf(target) !== undefined;
    const above = isWithin ? target : parentPath(target);
    const topmost = makeDirectories(above);
    if (topmost !== undefined) this.#made.push(topmost);
    // Fails, as a link that leads nowhere is in the way, or the name is too long.
    if (!isWithin && !isNameFree(target)) makeDirectory(target);
    const path = joinPath(above, this.#nextName());
    makeDirectory(path, isWithin ? joinPath(target, 'member') : target);
    this.#made.push(path);
    this.#directories.push({ target, path, isWithin });
    return path;
  }

  /** The same for a directory that may be in the one that was added first: then it is filled, and appears, in that. */
  addMaybeWithin(wanted: string): string {
    const [first] = this.#directories;
    const within = first && pathWithin(first.target, wanted);
    return first === undefined || within === undefined ? this.add(wanted) : joinPath(first.path, within);
  }

  /** Moves everything to its place, in the order of the `add`s. What was staged must be on disk. */
  async publish(): Promise<void> {
    for (const { target, path, isWithin } of this.#directories) {
      for (const [from, to] of isWithin ? contents(path, target) : [[path, target] as const]) {
        renamePath(from, to);
        this.#made.push(to);
      }
      if (isWithin) removeTree(path);
      await syncDirectory(isWithin ? target : parentPath(target));
    }
  }

  /** Leaves nothing behind. Never throws. */
  discard(): void {
    for (const path of this.#made.toReversed()) removeTree(path);
  }

  /** Two may have the same directory above them. */
  #nextName(): string {
    return this.#directories.length === 0 ? this.#name : `${this.#name}-${this.#directories.length}`;
  }
}

function contents(directory: string, target: string): readonly (readonly [from: string, to: string])[] {
  return namesIn(directory).map((name) => [joinPath(directory, name), joinPath(target, name)] as const);
}
