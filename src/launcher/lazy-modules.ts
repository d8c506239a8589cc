/** Loads a module of Node.js by its name, as `require` does. */
export type LoadModule = (name: string) => object;

/** Each takes from half a millisecond to fifteen to load, and most commands use few of them. */
const HEAVY: ReadonlySet<string> = new Set([
  'child_process',
  'crypto',
  'dns',
  'fs/promises',
  'http',
  'http2',
  'https',
  'net',
  'os',
  'perf_hooks',
  'readline',
  'timers/promises',
  'tls',
  'tty',
  'zlib',
]);

/**
 * A `require` that loads heavy modules of Node.js when something of them is first used rather than when code that
 * imports them starts. Packages import more than one run of the program uses.
 */
export function lazyRequire(load: LoadModule): LoadModule {
  return (name) => {
    if (!HEAVY.has(name.replace(/^node:/, ''))) return load(name);
    let loaded: object | undefined;
    const module = () => {
      loaded ??= load(name);
      return loaded;
    };
    return new Proxy(
      {},
      {
        get: (_target, key) => Reflect.get(module(), key),
        has: (_target, key) => Reflect.has(module(), key),
        ownKeys: () => Reflect.ownKeys(module()),
        getOwnPropertyDescriptor: (_target, key) => configurable(module(), key),
      },
    );
  };
}

/** A proxy may only report properties that its own target lacks if they are configurable. */
function configurable(module: object, key: PropertyKey): PropertyDescriptor | undefined {
  const found = Reflect.getOwnPropertyDescriptor(module, key);
  return found && { ...found, configurable: true };
}
