import type { Lab } from './lab.js';
import { TamperingProxy } from './tampering-proxy.js';

/** A way to the server on which snapshots stop in the middle. */
export interface HeldSnapshots {
  /** The flag of a client that takes this way. */
  readonly endpoints: string;
  /** Settles when so many snapshots are held. */
  held(count: number): Promise<void>;
  /** Lets all go on. */
  release(): void;
  close(): Promise<void>;
}

/** More than a server sends before the first part of a snapshot, whose parts are larger. */
const FIRST_PART_BYTES = 4096;

/** The database must be larger than a few kilobytes, which that of any server is. */
export async function holdSnapshots(lab: Lab): Promise<HeldSnapshots> {
  let count = 0;
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const waiting: (() => void)[] = [];
  const port = Number(new URL(lab.cluster.endpoints[0] ?? '').port);
  const proxy = await TamperingProxy.start(port, (chunk, sentBytes) => {
    if (sentBytes + chunk.length < FIRST_PART_BYTES || sentBytes >= FIRST_PART_BYTES) return chunk;
    count++;
    for (const check of waiting) check();
    return released.then(() => chunk);
  });
  return {
    endpoints: `--endpoints=127.0.0.1:${proxy.port}`,
    held: (wanted) =>
      new Promise((resolve) => {
        const check = () => count >= wanted && resolve();
        waiting.push(check);
        check();
      }),
    release,
    close: () => proxy.close(),
  };
}
