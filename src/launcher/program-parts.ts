import { lazyModule } from './lazy-module.js';

/** Loads a part of the program by its number, or a module of Node.js by its name. */
export type Require = (id: number | string) => object;

/** Executes the part at the first call. Returns its exports. */
export type Part = () => object;

/** A file with parts of the program. */
export interface PartsFile {
  /** The number of its parts. */
  readonly count: number;
  /** Reads and runs the file. It loads no other file by itself. */
  load(require: Require): readonly Part[];
}

/** The prefix by which scripts/lib/bundle.mjs marks modules of Node.js to load lazily. */
const LAZY_PREFIX = 'lazy:';

/**
 * The `require` function of a bundle that scripts/lib/split-bundle.mjs wrote. Each file and each module is loaded once, when it is first
 * required.
 * @param files the files; parts are numbered consecutively across them
 * @param load loads a module of Node.js
 */
export function createPartRequire(files: readonly PartsFile[], load: (name: string) => object): Require {
  const parts: Part[] = [];
  const lazyModules = new Map<string, object>();
  const require = (id: number | string) => {
    if (typeof id === 'number') {
      if (parts[id] === undefined) loadFileOf(id);
      return (parts[id] as Part)();
    }
    if (!id.startsWith(LAZY_PREFIX)) return load(id);
    const module = lazyModules.get(id) ?? lazyModule(() => load(id.slice(LAZY_PREFIX.length)));
    lazyModules.set(id, module);
    return module;
  };
  const loadFileOf = (id: number) => {
    let first = 0;
    for (const file of files) {
      if (id < first + file.count) {
        for (const [index, part] of file.load(require).entries()) parts[first + index] = part;
        return;
      }
      first += file.count;
    }
    throw new Error(`the program has no part ${id}`);
  };
  return require;
}
