import type { RpcCode } from '../../../model/errors.js';

/** A message on the wire: whether it is compressed, how long it is, its bytes. */
export const PREFIX_BYTES = 5;

/** Memory that is taken for a message because its length was announced; for longer ones, more is taken as they come. */
const TRUSTED_BYTES = 2 ** 20;

export class UnreadableMessage extends Error {
  constructor(
    readonly code: RpcCode,
    message: string,
  ) {
    super(message);
  }
}

/** Puts the messages of a response together from parts of any size. */
export class MessageReader {
  readonly #maxBytes: number;
  readonly #onMessage: (message: Buffer) => void;
  readonly #prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  #prefixBytes = 0;
  /** Room for the message, or for its beginning. */
  #message: Buffer | undefined;
  #announcedBytes = 0;
  #messageBytes = 0;

  /** @param onMessage gets a buffer of its own */
  constructor(maxBytes: number, onMessage: (message: Buffer) => void) {
    this.#maxBytes = maxBytes;
    this.#onMessage = onMessage;
  }

  /** Something is missing of the latest message. */
  get isIncomplete(): boolean {
    return this.#prefixBytes > 0;
  }

  /** @param part is copied. @throws UnreadableMessage */
  push(part: Buffer): void {
    for (let at = 0; at < part.length; ) {
      at +=
        this.#message === undefined ? this.#takePrefix(part, at) : this.#takeBody(this.#message, part, at);
    }
  }

  #takePrefix(part: Buffer, at: number): number {
    const taken = part.copy(this.#prefix, this.#prefixBytes, at);
    this.#prefixBytes += taken;
    if (this.#prefixBytes === PREFIX_BYTES) {
      this.#announcedBytes = this.#readLength();
      this.#message = Buffer.allocUnsafe(Math.min(this.#announcedBytes, TRUSTED_BYTES));
      this.#deliverIfWhole(this.#message);
    }
    return taken;
  }

  #takeBody(message: Buffer, part: Buffer, at: number): number {
    const room = this.#messageBytes < message.length ? message : this.#enlarged(message);
    const taken = part.copy(room, this.#messageBytes, at);
    this.#messageBytes += taken;
    this.#deliverIfWhole(room);
    return taken;
  }

  #enlarged(message: Buffer): Buffer {
    const larger = Buffer.allocUnsafe(Math.min(this.#announcedBytes, 2 * message.length));
    message.copy(larger);
    this.#message = larger;
    return larger;
  }

  #deliverIfWhole(message: Buffer): void {
    if (this.#messageBytes < this.#announcedBytes) return;
    this.#message = undefined;
    this.#messageBytes = 0;
    this.#prefixBytes = 0;
    this.#onMessage(message);
  }

  #readLength(): number {
    if (this.#prefix[0] !== 0) {
      throw new UnreadableMessage('Internal', 'the response is compressed, which was not asked for');
    }
    const bytes = this.#prefix.readUInt32BE(1);
    if (bytes > this.#maxBytes) {
      const text = `grpc: received message larger than max (${bytes} vs. ${this.#maxBytes})`;
      throw new UnreadableMessage('ResourceExhausted', text);
    }
    return bytes;
  }
}

/** The one message of a request as it goes out. */
export function framedMessage(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, PREFIX_BYTES);
  return framed;
}
