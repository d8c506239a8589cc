import type { Lab } from './lab.js';
import { TamperingProxy } from './tampering-proxy.js';

/** A proxy to the server that stops snapshots in the middle. */
export interface HeldSnapshots {
  /** The flag for a client that connects through the proxy. */
  readonly endpoints: string;
  /** Resolves when this number of snapshots is held. */
  held(count: number): Promise<void>;
  /** Lets all snapshots continue. */
  release(): void;
  close(): Promise<void>;
}

/** More bytes than a server sends before the first message of a snapshot, and fewer than in that message. */
const FIRST_PART_BYTES = 4096;

/** Starts the proxy. The database must be larger than a few kilobytes, which is so on every server. */
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
