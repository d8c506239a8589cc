import { BinaryWriter } from '@bufbuild/protobuf/wire';

/** The encoding half of a generated codec. */
export interface Encoding<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
}

/** A writer that has grown beyond this is not kept. */
const KEPT_BYTES = 16 * 1024;

/** Encodes with one writer for all short messages: a new one would grow step by step for each of them. */
export function messageEncoder<Message>({ encode }: Encoding<Message>): (message: Message) => Uint8Array {
  let kept: BinaryWriter | undefined;
  return (message) => {
    const writer = kept ?? new BinaryWriter();
    // What a message that cannot be encoded has left in it is nobody's.
    kept = undefined;
    const bytes = encode(message, writer).finish();
    if (bytes.length <= KEPT_BYTES) kept = writer;
    return bytes;
  };
}
