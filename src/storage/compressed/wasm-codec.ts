import { Worker } from 'node:worker_threads';
import * as zstd from '@bokuweb/zstd-wasm';
import { freeBytes } from '../../runtime/free-bytes.js';
import threadCode from './wasm-thread.cjs?raw';
import type { ZstdCompressor, ZstdDecompressor } from './zstd-codec.js';

/** The package must not be initialized twice: its functions would use the memory of two instances. */
let initialized: Promise<void> | undefined;

function initialize(): Promise<void> {
  initialized ??= zstd.init();
  return initialized;
}

/** For runtimes without zstd. */
export async function wasmDecompressor(): Promise<ZstdDecompressor> {
  await initialize();
  return {
    decompress(frame, block) {
      const content = zstd.decompress(frame, { defaultHeapSize: block.length });
      block.set(content);
      const { length } = content;
      freeBytes(content);
      return length;
    },
    createDecompressor: undefined,
  };
}

/** Blocks that the thread has, at most: one is compressed, the other one waits. */
const MAX_THREAD_BLOCKS = 2;

/**
 * For runtimes without zstd. Compresses in a thread, and here what comes while the thread has enough to do: receiving a snapshot takes a
 * third of the time of compressing it.
 */
export function wasmCompressor(level: number): ZstdCompressor {
  let thread: CompressorThread | undefined;
  return {
    maxPendingBlocks: MAX_THREAD_BLOCKS + 1,
    newBlock: (sizeBytes) => new Uint8Array(new SharedArrayBuffer(sizeBytes)),
    async compress(block) {
      thread ??= new CompressorThread(level);
      if (thread.pendingCount < MAX_THREAD_BLOCKS) return thread.compress(block);
      await initialize();
      return zstd.compress(block, level);
    },
    close() {
      thread?.end();
      thread = undefined;
    },
  };
}

interface PendingBlock {
  resolve(frame: Uint8Array): void;
  reject(error: Error): void;
}

/** Keeps the process alive only while blocks are being compressed. */
class CompressorThread {
  readonly #worker: Worker;
  /** In the order in which they were sent. */
  readonly #pending: PendingBlock[] = [];
  #failure: Error | undefined;

  constructor(level: number) {
    this.#worker = new Worker(threadCode, {
      eval: true,
      // The build puts the WebAssembly into the package's module; without it, the thread reads the file of the package.
      workerData: { level, wasm: 'wasm' in zstd ? zstd.wasm : undefined },
      resourceLimits: { maxYoungGenerationSizeMb: 1 },
    });
    this.#worker.unref();
    this.#worker.on('message', (answer: Uint8Array | string) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#failAll(error));
    this.#worker.on('exit', () => this.#failAll(new Error('the thread that compresses has ended')));
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  compress(block: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      // Nothing answers for a thread that has ended.
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#pending.push({ resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(block);
    });
  }

  end(): void {
    void this.#worker.terminate();
  }

  #settle(answer: Uint8Array | string): void {
    const pending = this.#pending.shift();
    if (this.#pending.length === 0) this.#worker.unref();
    if (typeof answer === 'string') pending?.reject(new Error(answer));
    else pending?.resolve(answer);
  }

  #failAll(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.splice(0)) reject(error);
  }
}
