/** A message on the wire: whether it is compressed, how long it is, its bytes. */
const PREFIX_BYTES = 5;

export class UnreadableMessage extends Error {
  constructor(
    readonly code: 'Internal' | 'ResourceExhausted',
    message: string,
  ) {
    super(message);
  }
}

/** Puts the one message of a response together from parts of any size. */
export class MessageReader {
  readonly #maxBytes: number;
  readonly #prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  #prefixBytes = 0;
  #message: Buffer | undefined;
  #messageBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The whole message, or nothing when there is none, or less than one. */
  get message(): Buffer | undefined {
    return this.#message !== undefined && this.#messageBytes === this.#message.length
      ? this.#message
      : undefined;
  }

  /** @param part is copied. @throws UnreadableMessage */
  push(part: Buffer): void {
    let at = 0;
    if (this.#message === undefined) {
      at = part.copy(this.#prefix, this.#prefixBytes);
      this.#prefixBytes += at;
      if (this.#prefixBytes < PREFIX_BYTES) return;
      this.#message = Buffer.allocUnsafe(this.#announcedBytes());
    }
    const copied = part.copy(this.#message, this.#messageBytes, at);
    this.#messageBytes += copied;
    if (at + copied < part.length)
      throw new UnreadableMessage('Internal', 'more than one message in the response');
  }

  #announcedBytes(): number {
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
