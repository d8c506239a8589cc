import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { textFromBytes } from '../go/bytes.js';
import { baseName, cleanPath, joinPath, parentPath, systemPath } from '../go/file-path.js';
import { CommandError } from '../model/errors.js';

/** Configuration files and certificates are far smaller. */
export const MAX_FILE_BYTES = 1024 * 1024;

export type FileAccess = 'readable' | 'absent' | 'denied';

/** The files of a node, by their paths on it. What cannot be read counts as absent. */
export interface NodeFiles {
  /** The paths that could not be read for lack of permission, as this process opens them. */
  readonly denied: ReadonlySet<string>;
  /** The path by which this process opens the file: below the root, with symbolic links followed as on the node. */
  locate(path: string): string;
  /** The contents of a regular file. @throws CommandError when it is larger than 1 MiB */
  read(path: string): string | undefined;
  /** At most 1 MiB from the start of a regular file. */
  readStart(path: string): string | undefined;
  /** The names in a directory, sorted. */
  list(path: string): readonly string[];
  /** The target of a symbolic link. */
  link(path: string): string | undefined;
  access(path: string): FileAccess;
  /** As `access`, of a path that `locate` has returned. */
  accessAt(located: string): FileAccess;
}

/**
 * Reads below the root, which is an absolute path. Synchronous: these are a few small files. Devices and pipes are not read, which
 * could block.
 */
export class RootedFiles implements NodeFiles {
  readonly denied = new Set<string>();
  readonly #root: string;

  constructor(root: string) {
    this.#root = cleanPath(root);
  }

  locate(path: string): string {
    const isOfContainer = CONTAINER_ROOT.test(path);
    if (this.#root === '/' && !isOfContainer) return cleanPath(path);
    return joinPath(this.#root, ...followLinks(path, (each) => this.#linkAt(joinPath(this.#root, each))));
  }

  read(path: string): string | undefined {
    const bytes = this.#bytes(path);
    if (bytes !== undefined && bytes.length > MAX_FILE_BYTES) {
      throw new CommandError(`${this.locate(path)} is larger than 1 MiB: this is no configuration of etcd`);
    }
    return bytes && textFromBytes(bytes);
  }

  readStart(path: string): string | undefined {
    const bytes = this.#bytes(path);
    return bytes && textFromBytes(bytes.subarray(0, MAX_FILE_BYTES));
  }

  list(path: string): readonly string[] {
    const located = this.locate(path);
    const names = this.#attempt(located, () => readdirSync(systemPath(located), 'buffer'));
    return (names ?? []).map(textFromBytes).sort();
  }

  link(path: string): string | undefined {
    return this.#linkAt(joinPath(this.locate(parentPath(path)), baseName(path)));
  }

  access(path: string): FileAccess {
    return this.accessAt(this.locate(path));
  }

  accessAt(located: string): FileAccess {
    const isReadable = this.#attempt(located, () => {
      accessSync(systemPath(located), constants.R_OK);
      return true;
    });
    if (isReadable) return 'readable';
    return this.denied.has(located) ? 'denied' : 'absent';
  }

  #bytes(path: string): Buffer | undefined {
    const located = this.locate(path);
    return this.#attempt(located, () => {
      const descriptor = openSync(systemPath(located), constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        return fstatSync(descriptor).isFile() ? readUpTo(descriptor, MAX_FILE_BYTES + 1) : undefined;
      } finally {
        closeSync(descriptor);
      }
    });
  }

  #linkAt(located: string): string | undefined {
    try {
      return textFromBytes(readlinkSync(systemPath(located), 'buffer'));
    } catch {
      return undefined;
    }
  }

  #attempt<Value>(located: string, work: () => Value): Value | undefined {
    try {
      return work();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EPERM') this.denied.add(located);
      return undefined;
    }
  }
}

/** The root directory of a process in another mount namespace, such as a container. */
const CONTAINER_ROOT = /^\/proc\/[0-9]+\/root(?:\/|$)/;

/** As many as the kernel follows. */
const MAX_LINKS = 40;

/**
 * The names of the path after all symbolic links are followed. Absolute targets begin at the root of the node, or below
 * `/proc/1234/root` at that of the container.
 * @param linkAt returns the target of a symbolic link, by its path on the node
 */
function followLinks(path: string, linkAt: (path: string) => string | undefined): string[] {
  const ahead = path.split('/');
  const followed: string[] = [];
  let rootLength = 0;
  let links = 0;
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (followed.length > rootLength) followed.pop();
      continue;
    }
    followed.push(name);
    const here = `/${followed.join('/')}`;
    if (CONTAINER_ROOT.test(here)) {
      if (rootLength === 0) rootLength = followed.length;
      if (followed.length === rootLength) continue;
    }
    const target = links < MAX_LINKS ? linkAt(here) : undefined;
    if (target === undefined) continue;
    links++;
    if (target.startsWith('/')) followed.length = rootLength;
    else followed.pop();
    ahead.unshift(...target.split('/'));
  }
  return followed;
}

function readUpTo(descriptor: number, maxBytes: number): Buffer {
  const chunks: Buffer[] = [];
  for (let length = 0; length < maxBytes; ) {
    const chunk = Buffer.allocUnsafe(Math.min(16 * 1024, maxBytes - length));
    const count = readSync(descriptor, chunk);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
    length += count;
  }
  return Buffer.concat(chunks);
}
