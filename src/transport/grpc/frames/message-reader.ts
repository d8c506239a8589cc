import { quoteGo } from '../../../go/quote.js';
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

export interface MessageReaderOptions {
  readonly maxBytes: number;
  /** How the response says that messages are compressed. */
  readonly encoding: () => string;
  /** Gets a buffer of its own. */
  readonly onMessage: (message: Buffer) => void;
}

/** Puts the messages of a response together from parts of any size. */
export class MessageReader {
  readonly #options: MessageReaderOptions;
  readonly #prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  #prefixBytes = 0;
  /** Room for the message, or for its beginning. */
  #message: Buffer | undefined;
  #announcedBytes = 0;
  #messageBytes = 0;

  constructor(options: MessageReaderOptions) {
    this.#options = options;
  }

  /** A message was announced, and is not whole; grpc-go passes over a prefix that is not. */
  get isIncomplete(): boolean {
    return this.#message !== undefined;
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
    this.#checkFormat();
    this.#options.onMessage(message);
  }

  #readLength(): number {
    const { maxBytes } = this.#options;
    const bytes = this.#prefix.readUInt32BE(1);
    if (bytes > maxBytes) {
      const text = `grpc: received message larger than max (${bytes} vs. ${maxBytes})`;
      throw new UnreadableMessage('ResourceExhausted', text);
    }
    return bytes;
  }

  /** No compression was offered (grpc-go rpc_util.go `checkRecvPayload`). */
  #checkFormat(): void {
    const format = this.#prefix[0] ?? 0;
    if (format === 0) return;
    if (format > 1)
      throw new UnreadableMessage('Internal', `grpc: received unexpected payload format ${format}`);
    const encoding = this.#options.encoding();
    throw new UnreadableMessage(
      'Internal',
      encoding === '' || encoding === 'identity'
        ? 'grpc: compressed flag set with identity or empty encoding'
        : `grpc: Decompressor is not installed for grpc-encoding ${quoteGo(Buffer.from(encoding, 'latin1'))}`,
    );
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
