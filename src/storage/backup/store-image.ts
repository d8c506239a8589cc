import { joinPath } from '../../go/file-path.js';
import { CorruptFileError } from '../../model/errors.js';
import type { MemberRecord } from '../backend/member-json.js';
import { FileByteSink } from '../byte-sink.js';
import { FileByteSource } from '../byte-source.js';
import { readDirectory } from '../directory.js';
import { decodeSnap, encodeSnapWith, memberNodesJson } from '../raft-snapshot/snap-file.js';
import { replaceJson } from './json-splice.js';

/** The image of the version 2 store in a `.snap` file. */
export interface StoreImage {
  readonly path: string;
  readonly term: bigint;
  readonly index: bigint;
  /** The store as JSON. */
  readonly store: Uint8Array;
}

const SNAP_NAME = /^[0-9a-f]{16}-[0-9a-f]{16}\.snap$/;
/** The mode with which etcd creates `.snap` files, before the umask. */
const SNAP_MODE = 0o666;

const MEMBERS = ['Root', 'Children', '0', 'Children', 'members', 'Children'];
const REMOVED_MEMBERS = ['Root', 'Children', '0', 'Children', 'removed_members', 'Children'];

/**
 * The newest valid image for which `isWanted` is true. Undefined when there is none and no file was corrupt, as on a new server without
 * `.snap` files. Throws `CommandError`, and `CorruptFileError` when no image was found and a file is corrupt.
 */
export async function readNewestImage(
  directory: string,
  isWanted: (image: StoreImage) => boolean = () => true,
): Promise<StoreImage | undefined> {
  let firstError: CorruptFileError | undefined;
  for (const name of snapNames(directory)) {
    try {
      const image = readImage(joinPath(directory, name));
      if (isWanted(image)) return image;
    } catch (error) {
      if (!(error instanceof CorruptFileError)) throw error;
      firstError ??= error;
    }
  }
  if (firstError !== undefined) throw firstError;
  return undefined;
}

/** The newest file first. */
function snapNames(directory: string): string[] {
  return readDirectory(directory)
    .filter((name) => SNAP_NAME.test(name))
    .sort()
    .reverse();
}

function readImage(path: string): StoreImage {
  const source = FileByteSource.open(path);
  try {
    const { data = new Uint8Array(0), metadata } = decodeSnap(source.read(0, source.sizeBytes), path);
    return { path, term: metadata?.term ?? 0n, index: metadata?.index ?? 0n, store: new Uint8Array(data) };
  } finally {
    source.close();
  }
}

/** Writes the image with this as its only member. Throws `CommandError`, and `CorruptFileError` when the store is not JSON. */
export async function writeImage(target: string, image: StoreImage, member: MemberRecord): Promise<void> {
  const { term, index } = image;
  const snap = encodeSnapWith(storeWithMember(image, member), { term, index, members: [member] });
  const sink = FileByteSink.create(target, SNAP_MODE);
  try {
    sink.append(snap);
    await sink.sync();
  } finally {
    sink.close();
  }
}

function storeWithMember({ path, store }: StoreImage, member: MemberRecord): Uint8Array {
  try {
    return replaceJson(replaceJson(store, MEMBERS, memberNodesJson([member])), REMOVED_MEMBERS, '{}');
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new CorruptFileError(`the store in ${path} is damaged: ${cause.message}`, path, 0, { cause });
  }
}
