import { cleanPath } from '../../src/go/file-path.js';
import type { FileAccess, NodeFiles } from '../../src/nodes/node-files.js';

/** The contents of a file, a file that this user may not read, or a symbolic link. */
export type FakeFile = string | 'denied' | { readonly link: string };

/** A node with these files in memory; links are known, but not followed. */
export function fakeNode(tree: Readonly<Record<string, FakeFile>>): NodeFiles {
  const denied = new Set<string>();
  const at = (path: string): FakeFile | undefined => {
    const file = tree[cleanPath(path)];
    if (file === 'denied') denied.add(cleanPath(path));
    return file;
  };
  const read = (path: string) => {
    const file = at(path);
    return typeof file === 'string' && file !== 'denied' ? file : undefined;
  };
  const access = (path: string): FileAccess => {
    const file = at(path);
    if (file === 'denied') return 'denied';
    const isFolder = Object.keys(tree).some((name) => name.startsWith(`${cleanPath(path)}/`));
    return file === undefined && !isFolder ? 'absent' : 'readable';
  };
  return {
    denied,
    locate: cleanPath,
    read,
    readStart: read,
    list(path) {
      const inside = Object.keys(tree).filter((name) => name.startsWith(`${path}/`));
      return [...new Set(inside.map((name) => name.slice(path.length + 1).split('/')[0] ?? ''))].sort();
    },
    link(path) {
      const file = at(path);
      return typeof file === 'object' ? file.link : undefined;
    },
    access,
    accessAt: access,
  };
}
