/**
 * Frees the memory of bytes that nothing uses any more. It is not on the heap, and the collector would let much of it accumulate. Small
 * arrays share their memory with others, and stay. Where the runtime has no ES2024 (Node.js 20), this does nothing.
 */
export function freeBytes({ buffer, length }: Uint8Array): void {
  if (length === buffer.byteLength && length > Buffer.poolSize) (buffer as TransferableBuffer).transfer?.(0);
}

type TransferableBuffer = ArrayBufferLike & { transfer?(newByteLength: number): ArrayBuffer };
