import { lazyModule } from './lazy-module.js';

/** A part of the program is known by its number, a module of Node.js by its name. */
export type Require = (id: number | string) => object;

/** Executes a part when it is first called, and gives what the part exports. */
export type Part = () => object;

export interface PartsFile {
  /** How many it has. */
  readonly count: number;
  /** Reads the file, which needs no other for that. */
  load(require: Require): readonly Part[];
}

/** How scripts/lib/bundle.mjs marks modules of Node.js that are to be loaded lazily. */
const LAZY = 'lazy:';

/**
 * Loads what scripts/lib/split-bundle.mjs made: each file and each module once, when something of it is first required.
 * @param files their parts are numbered through
 * @param load gives modules of Node.js
 */
export function requireParts(files: readonly PartsFile[], load: (name: string) => object): Require {
  const parts: Part[] = [];
  const lazyModules = new Map<string, object>();
  const require = (id: number | string) => {
    if (typeof id === 'number') {
      if (parts[id] === undefined) addFileOf(id);
      return (parts[id] as Part)();
    }
    if (!id.startsWith(LAZY)) return load(id);
    const module = lazyModules.get(id) ?? lazyModule(() => load(id.slice(LAZY.length)));
    lazyModules.set(id, module);
    return module;
  };
  const addFileOf = (id: number) => {
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
