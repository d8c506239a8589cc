/**
 * Stands for a module of the runtime in the bundle (scripts/lib/bundle.mjs) and loads it when something of it is first used
 * rather than when code that imports it starts: each takes half a millisecond to fifteen, and no run of the program uses half of
 * what is imported.
 */
export function lazyModule(load: () => object): object {
  let loaded: object | undefined;
  const module = () => {
    loaded ??= load();
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
}

/** A proxy may only report properties that its own target lacks if they are configurable. */
function configurable(module: object, key: PropertyKey): PropertyDescriptor | undefined {
  const found = Reflect.getOwnPropertyDescriptor(module, key);
  return found && { ...found, configurable: true };
}
