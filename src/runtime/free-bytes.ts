import type { MessagePort } from 'node:worker_threads';

/** A port that nothing listens to: what is sent to it is dropped. */
let closedPort: MessagePort | undefined;

/**
 * Frees the memory of bytes that nothing uses any more. It is not on the heap, and the collector would let much of it accumulate. Small
 * arrays share their memory with others, and stay.
 */
export function freeBytes({ buffer, length }: Uint8Array): void {
  if (length !== buffer.byteLength || length <= Buffer.poolSize || !(buffer instanceof ArrayBuffer)) return;
  const { transfer } = buffer as TransferableBuffer;
  if (transfer !== undefined) transfer.call(buffer, 0);
  else dropBuffer(buffer);
}

/** gRPC's own, and those of a message within a message: a tag and a length each. */
const MAX_HEADER_BYTES = 16;

/** Frees the memory of a message that a transport has received. In the same memory there is nothing else but headers before it. */
export function freeMessage({ buffer, byteOffset, length }: Uint8Array): void {
  if (byteOffset > MAX_HEADER_BYTES || byteOffset + length !== buffer.byteLength) return;
  freeBytes(new Uint8Array(buffer));
}

type TransferableBuffer = ArrayBuffer & { transfer?(newByteLength: number): ArrayBuffer };

/** Where the runtime has no ES2024 (Node.js 20). */
function dropBuffer(buffer: ArrayBuffer): void {
  if (closedPort === undefined) {
    closedPort = new MessageChannel().port1;
    closedPort.close();
  }
  closedPort.postMessage(undefined, [buffer]);
}
