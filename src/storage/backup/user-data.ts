import { joinPath } from '../../go/file-path.js';
import { CorruptFileError } from '../../model/errors.js';
import { walPath } from '../data-directory/layout.js';
import { committedSnapshots, hasWal } from '../wal/wal-directory.js';
import { memberNames } from './json-splice.js';
import { readNewestImage, type StoreImage } from './store-image.js';

export interface V2StorePaths {
  readonly dataDirectory: string;
  /** `undefined`: within the data directory. */
  readonly walDirectory: string | undefined;
}

/**
 * Whether the version 2 store has content that users have written: etcd 3.6 does not start then (etcdutl/etcdutl/check_command.go and
 * membership.IsMetaStoreOnly, v3.5.30). Reads the newest image for which the WAL has a committed snapshot record. False when there is no
 * WAL or no such image. Throws `CommandError` and `CorruptFileError`; nothing is changed.
 */
export async function hasUserData({ dataDirectory, walDirectory }: V2StorePaths): Promise<boolean> {
  const wal = walDirectory ?? walPath(dataDirectory);
  if (!hasWal(wal)) return false;
  const known = committedSnapshots(wal);
  const image = await readNewestImage(joinPath(dataDirectory, 'member', 'snap'), ({ index, term }) =>
    known.some((each) => (each.index ?? 0n) === index && (each.term ?? 0n) === term),
  );
  return image !== undefined && hasUserContent(image);
}

/** `/0` is the cluster's own data. `/2` is for users and roles; its empty directories remain after all of them were removed. */
function hasUserContent(image: StoreImage): boolean {
  return listedNames(image, []).some((name) => {
    if (name === '0') return false;
    const inside = listedNames(image, [name]);
    if (name !== '2') return inside.length > 0;
    return inside.some((each) => listedNames(image, [name, each]).length > 0);
  });
}

/** The names that a server lists in the directory: those that begin with `_` are hidden. */
function listedNames({ path, store }: StoreImage, directory: readonly string[]): readonly string[] {
  const objectPath = ['Root', 'Children', ...directory.flatMap((name) => [name, 'Children'])];
  try {
    return memberNames(store, objectPath).filter((name) => !name.startsWith('_'));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new CorruptFileError(`the store in ${path} is damaged: ${cause.message}`, path, 0, { cause });
  }
}
