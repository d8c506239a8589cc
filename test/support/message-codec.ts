/**
 * The parts of a generated codec that a transport uses.
 *
 * `decode` throws (RangeError for truncated input) and copies no bytes: every bytes field is a view into
 * `input`, valid as long as `input` is left unchanged.
 */
export interface MessageCodec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(input: Uint8Array): Message;
}
