import { describe, expect, it } from 'vitest';
import { messageEncoder } from '../../src/wire/encoder.js';
import { PutRequest } from '../../src/wire/kv.js';

const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const put = (value: string, lease = 0n) =>
  PutRequest.fromPartial({ key: bytes('k'), value: bytes(value), lease });

describe('the encoder of messages that follow each other', () => {
  it('gives the bytes of each, which later ones leave alone', () => {
    const encode = messageEncoder(PutRequest);
    const messages = [put('first'), put('x'.repeat(100_000)), put('second'), put('')];
    const encoded = messages.map(encode);
    expect(encoded.map((bytes) => PutRequest.decode(bytes))).toEqual(messages);
  });

  it('forgets what a message that cannot be encoded has written', () => {
    const encode = messageEncoder(PutRequest);
    encode(put('first'));
    expect(() => encode(put('wrong', 2n ** 64n))).toThrow('too large');
    expect(PutRequest.decode(encode(put('second')))).toEqual(put('second'));
  });
});
