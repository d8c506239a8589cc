import { quoteGo } from '../../../go/quote.js';
import type { RpcCode } from '../../../model/errors.js';

/** A message on the wire: whether it is compressed, how long it is, its bytes. */
export const MESSAGE_PREFIX_BYTES = 5;

/** Memory that is taken for a message because its length was announced; for longer ones, more is taken as they come. */
const MAX_INITIAL_BUFFER_BYTES = 2 ** 20;

export class UnreadableMessageError extends Error {
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
  readonly #prefix = Buffer.allocUnsafe(MESSAGE_PREFIX_BYTES);
  #prefixBytes = 0;
  /** Room for the message, or for its beginning. */
  #message: Buffer | undefined;
  #messageLength = 0;
  #receivedBytes = 0;

  constructor(options: MessageReaderOptions) {
    this.#options = options;
  }

  /** A message was announced, and is not whole; grpc-go passes over a prefix that is not. */
  get isIncomplete(): boolean {
    return this.#message !== undefined;
  }

  /** @param part is copied. @throws UnreadableMessage */
  push(part: Buffer): void {
    for (let offset = 0; offset < part.length; ) {
      offset +=
        this.#message === undefined
          ? this.#readPrefix(part, offset)
          : this.#readMessage(this.#message, part, offset);
    }
  }

  #readPrefix(part: Buffer, offset: number): number {
    const taken = part.copy(this.#prefix, this.#prefixBytes, offset);
    this.#prefixBytes += taken;
    if (this.#prefixBytes === MESSAGE_PREFIX_BYTES) {
      this.#messageLength = this.#readLength();
      this.#message = Buffer.allocUnsafe(Math.min(this.#messageLength, MAX_INITIAL_BUFFER_BYTES));
      this.#deliverIfComplete(this.#message);
    }
    return taken;
  }

  #readMessage(message: Buffer, part: Buffer, offset: number): number {
    const room = this.#receivedBytes < message.length ? message : this.#enlarged(message);
    const taken = part.copy(room, this.#receivedBytes, offset);
    this.#receivedBytes += taken;
    this.#deliverIfComplete(room);
    return taken;
  }

  #enlarged(message: Buffer): Buffer {
    const larger = Buffer.allocUnsafe(Math.min(this.#messageLength, 2 * message.length));
    message.copy(larger);
    this.#message = larger;
    return larger;
  }

  #deliverIfComplete(message: Buffer): void {
    if (this.#receivedBytes < this.#messageLength) return;
    this.#message = undefined;
    this.#receivedBytes = 0;
    this.#prefixBytes = 0;
    this.#checkFormat();
    this.#options.onMessage(message);
  }

  #readLength(): number {
    const { maxBytes } = this.#options;
    const bytes = this.#prefix.readUInt32BE(1);
    if (bytes > maxBytes) {
      const text = `grpc: received message larger than max (${bytes} vs. ${maxBytes})`;
      throw new UnreadableMessageError('ResourceExhausted', text);
    }
    return bytes;
  }

  /** No compression was offered (grpc-go rpc_util.go `checkRecvPayload`). */
  #checkFormat(): void {
    const format = this.#prefix[0] ?? 0;
    if (format === 0) return;
    if (format > 1)
      throw new UnreadableMessageError('Internal', `grpc: received unexpected payload format ${format}`);
    const encoding = this.#options.encoding();
    throw new UnreadableMessageError(
      'Internal',
      encoding === '' || encoding === 'identity'
        ? 'grpc: compressed flag set with identity or empty encoding'
        : `grpc: Decompressor is not installed for grpc-encoding ${quoteGo(Buffer.from(encoding, 'latin1'))}`,
    );
  }
}

/** The one message of a request as it goes out. */
export function lengthPrefixedMessage(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(MESSAGE_PREFIX_BYTES + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, MESSAGE_PREFIX_BYTES);
  return framed;
}
