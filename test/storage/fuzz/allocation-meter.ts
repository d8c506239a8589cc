/** The types of arrays that the storage code creates, and the functions that create a Buffer. */
const ARRAYS = ['ArrayBuffer', 'Uint8Array', 'Int32Array', 'Uint32Array'] as const;
const BUFFER_MAKERS = ['alloc', 'allocUnsafe', 'concat', 'from'] as const;

/** Records the size of the largest array that is created between `start` and `stop`. Only one may run at a time. */
export class AllocationMeter {
  maxBytes = 0;
  readonly #undo: (() => void)[] = [];

  start(): void {
    this.maxBytes = 0;
    for (const name of ARRAYS) this.#watchConstructor(name);
    for (const name of BUFFER_MAKERS) this.#watchMaker(name);
  }

  stop(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }

  #watchConstructor(name: (typeof ARRAYS)[number]): void {
    const original = globalThis[name];
    const watched = new Proxy(original, {
      construct: (target, args, newTarget) => {
        // Before the array is created, because a huge size throws.
        const [size] = args as [unknown];
        if (typeof size === 'number') this.#note(size);
        const made = Reflect.construct(target, args, newTarget) as { byteLength: number };
        if (!(size instanceof ArrayBuffer)) this.#note(made.byteLength);
        return made;
      },
    });
    Object.assign(globalThis, { [name]: watched });
    this.#undo.push(() => Object.assign(globalThis, { [name]: original }));
  }

  #watchMaker(name: (typeof BUFFER_MAKERS)[number]): void {
    const original = Buffer[name] as (...args: unknown[]) => Buffer;
    const watched = (...args: unknown[]) => {
      const made = original.apply(Buffer, args);
      this.#note(made.byteLength);
      return made;
    };
    Object.assign(Buffer, { [name]: watched });
    this.#undo.push(() => Object.assign(Buffer, { [name]: original }));
  }

  #note(bytes: number): void {
    this.maxBytes = Math.max(this.maxBytes, bytes);
  }
}
