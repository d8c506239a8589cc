import { randomBytes } from 'node:crypto';
import { cleanPath, joinPath, parentPath } from '../../go/file-path.js';
import {
  isNameFree,
  makeDirectories,
  makeDirectory,
  readDirectory,
  relativePathWithin,
  removeEmptyDirectories,
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
  readonly isExisting: boolean;
}

/** Directories that are filled under temporary names, and renamed when all of them are complete. */
export class Staging {
  readonly #name = `.restore-${randomBytes(6).toString('hex')}`;
  readonly #directories: StagedDirectory[] = [];
  /** Paths to remove on failure, in the order of their creation. */
  readonly #created: string[] = [];
  /** Parents that were missing. Others may use them too by the time of a failure. */
  readonly #parents: { readonly path: string; readonly topmost: string }[] = [];

  /**
   * Returns the temporary directory to fill for a target, which must not exist or be empty. A `CommandError` names the target, or the
   * first directory in it, as etcdutl's message does.
   */
  add(wanted: string): string {
    const target = cleanPath(wanted);
    const isExisting = statOf(target) !== undefined;
    const parent = isExisting ? target : parentPath(target);
    const topmost = makeDirectories(parent);
    if (topmost !== undefined) this.#parents.push({ path: parent, topmost });
    // Throws: the target is a dangling symbolic link, or its name is too long.
    if (!isExisting && !isNameFree(target)) makeDirectory(target);
    const path = joinPath(parent, this.#nextName());
    makeDirectory(path, isExisting ? joinPath(target, 'member') : target);
    this.#created.push(path);
    this.#directories.push({ target, path, isExisting });
    return path;
  }

  /** Like `add`. A target inside the first one that was added gets a directory inside that one's temporary directory. */
  addNestedOrSeparate(wanted: string): string {
    const [first] = this.#directories;
    const relative = first && relativePathWithin(first.target, wanted);
    return first === undefined || relative === undefined ? this.add(wanted) : joinPath(first.path, relative);
  }

  /** Renames everything to its target, in the order of the `add` calls. The caller has synced the contents. */
  async publish(): Promise<void> {
    for (const { target, path, isExisting } of this.#directories) {
      for (const [from, to] of isExisting ? contents(path, target) : [[path, target] as const]) {
        renamePath(from, to);
        this.#created.push(to);
      }
      if (isExisting) removeTree(path);
      await syncDirectory(isExisting ? target : parentPath(target));
    }
  }

  /** Removes everything that was created, but directories in which something else is by now. Never throws. */
  discard(): void {
    for (const path of this.#created.toReversed()) removeTree(path);
    for (const { path, topmost } of this.#parents.toReversed()) removeEmptyDirectories(path, topmost);
  }

  /** Unique also when two targets have the same parent. */
  #nextName(): string {
    return this.#directories.length === 0 ? this.#name : `${this.#name}-${this.#directories.length}`;
  }
}

function contents(directory: string, target: string): readonly (readonly [from: string, to: string])[] {
  return readDirectory(directory).map((name) => [joinPath(directory, name), joinPath(target, name)] as const);
}
