import { BinaryWriter } from '@bufbuild/protobuf/wire';

/** The encoding half of a generated codec. */
export interface Encoding<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
}

/** A writer whose buffer has grown beyond this size is not kept. */
const KEPT_BYTES = 16 * 1024;

/** Reuses one writer for all short messages: the buffer of a new writer would grow step by step for each message. */
export function messageEncoder<Message>({ encode }: Encoding<Message>): (message: Message) => Uint8Array {
  let kept: BinaryWriter | undefined;
  return (message) => {
    const writer = kept ?? new BinaryWriter();
    // A writer is not reused after `encode` throws: it contains a part of that message.
    kept = undefined;
    const bytes = encode(message, writer).finish();
    if (bytes.length <= KEPT_BYTES) kept = writer;
    return bytes;
  };
}
