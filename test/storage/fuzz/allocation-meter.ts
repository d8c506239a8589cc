/** Every kind of array that the storage code makes, and the ways to make a buffer. */
const ARRAYS = ['ArrayBuffer', 'Uint8Array', 'Int32Array', 'Uint32Array'] as const;
const BUFFER_MAKERS = ['alloc', 'allocUnsafe', 'concat', 'from'] as const;

/** Notes the largest array of bytes or numbers that is made while it is on. One at a time. */
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
        // Before it is made: an absurd size must be seen, not survived.
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
