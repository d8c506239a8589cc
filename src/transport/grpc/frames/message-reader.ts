import { quoteGo } from '../../../go/quote.js';
import type { RpcCode } from '../../../model/errors.js';
import { MessageMemory } from './message-memory.js';

/** Before each message: one byte for the compressed flag, four bytes for the length (gRPC's Length-Prefixed-Message). */
export const MESSAGE_PREFIX_BYTES = 5;

/** The buffer allocated when the prefix of a message is received; for a longer message it grows as the bytes arrive. */
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
  /** The response's `grpc-encoding`. */
  readonly encoding: () => string;
  /** Called for each message, with a buffer of its own. */
  readonly onMessage: (message: Buffer) => void;
  /** Absent: memory of its own. */
  readonly memory?: MessageMemory;
}

/** Reassembles a response's messages from parts of any size. */
export class MessageReader {
  readonly #options: MessageReaderOptions;
  readonly #memory: MessageMemory;
  /** Messages that nothing uses any more. */
  readonly #spare: Buffer[] = [];
  readonly #prefix = Buffer.allocUnsafe(MESSAGE_PREFIX_BYTES);
  #prefixBytes = 0;
  /** Buffer for the present message, or for its first part. */
  #message: Buffer | undefined;
  #messageLength = 0;
  #receivedBytes = 0;

  constructor(options: MessageReaderOptions) {
    this.#options = options;
    this.#memory = options.memory ?? new MessageMemory();
  }

  /** Nothing uses the message any more: its memory gets a later one of the same length. */
  reuse(message: Buffer): void {
    this.#spare.push(message);
  }

  /** Whether a message has been started and not finished. As in grpc-go, an incomplete prefix does not count. */
  get isIncomplete(): boolean {
    return this.#message !== undefined;
  }

  /** @param part is copied. @throws UnreadableMessageError */
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
      this.#message =
        this.#takeSpare() ?? this.#memory.allocate(Math.min(this.#messageLength, MAX_INITIAL_BUFFER_BYTES));
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

  #takeSpare(): Buffer | undefined {
    const spare = this.#spare.pop();
    return spare?.length === this.#messageLength ? spare : undefined;
  }

  #enlarged(message: Buffer): Buffer {
    const larger = this.#memory.enlarge(message, Math.min(this.#messageLength, 2 * message.length));
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

  /** Rejects compressed messages, because no compression was offered (grpc-go rpc_util.go `checkRecvPayload`). */
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

/** The message with its prefix. */
export function lengthPrefixedMessage(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(MESSAGE_PREFIX_BYTES + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, MESSAGE_PREFIX_BYTES);
  return framed;
}
