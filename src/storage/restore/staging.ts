import { randomBytes } from 'node:crypto';
import { cleanPath, joinPath, parentPath } from '../../go/file-path.js';
import {
  isNameFree,
  makeDirectories,
  makeDirectory,
  readDirectory,
  relativePathWithin,
  removeTree,
  renamePath,
  statOf,
  syncDirectory,
} from '../directory.js';

interface StagedDirectory {
  readonly target: string;
  /** A temporary directory on the same file system as the target. */
  readonly path: string;
  /** The target exists already. It may be a mount point, so the contents are moved into it instead of renaming the directory. */
  readonly isWithin: boolean;
}

/** Directories that are filled under temporary names, and renamed when all of them are complete. */
export class Staging {
  readonly #name = `.restore-${randomBytes(6).toString('hex')}`;
  readonly #directories: StagedDirectory[] = [];
  /** Paths to remove on failure, in the order of their creation. */
  readonly #made: string[] = [];

  /**
   * Returns the temporary directory to fill for a target, which must not exist or be empty. A `CommandError` names the target, or the
   * first directory in it, as etcdutl's message does.
   */
  add(wanted: string): string {
    const target = cleanPath(wanted);
    const isWithin = statOf(target) !== undefined;
    const above = isWithin ? target : parentPath(target);
    const topmost = makeDirectories(above);
    if (topmost !== undefined) this.#made.push(topmost);
    // Throws: the target is a dangling symbolic link, or its name is too long.
    if (!isWithin && !isNameFree(target)) makeDirectory(target);
    const path = joinPath(above, this.#nextName());
    makeDirectory(path, isWithin ? joinPath(target, 'member') : target);
    this.#made.push(path);
    this.#directories.push({ target, path, isWithin });
    return path;
  }

  /** Like `add`. A target inside the first one that was added gets a directory inside that one's temporary directory. */
  addMaybeWithin(wanted: string): string {
    const [first] = this.#directories;
    const within = first && relativePathWithin(first.target, wanted);
    return first === undefined || within === undefined ? this.add(wanted) : joinPath(first.path, within);
  }

  /** Renames everything to its target, in the order of the `add` calls. The caller has synced the contents. */
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

  /** Removes everything that was created. Never throws. */
  discard(): void {
    for (const path of this.#made.toReversed()) removeTree(path);
  }

  /** Unique also when two targets have the same parent. */
  #nextName(): string {
    return this.#directories.length === 0 ? this.#name : `${this.#name}-${this.#directories.length}`;
  }
}

function contents(directory: string, target: string): readonly (readonly [from: string, to: string])[] {
  return readDirectory(directory).map((name) => [joinPath(directory, name), joinPath(target, name)] as const);
}
