import { expect, test } from 'vitest';
import { readNameConstraints } from '../../../src/transport/x509/name-constraints.js';

/** DER with a length below 128. */
const der = (tag: number, contents: Buffer) => Buffer.concat([Buffer.of(tag, contents.length), contents]);

/** The extension with one permitted domain. */
const permitting = (domain: Buffer) => der(0x30, der(0xa0, der(0x30, der(0x82, domain))));

test.each([
  [
    'bytes that are no text',
    Buffer.from('a\xe9', 'latin1'),
    String.raw`"a\xe9" cannot be encoded as an IA5String`,
  ],
  ['text that is not ASCII', Buffer.from('é'), '"é" cannot be encoded as an IA5String'],
  ['a control character', Buffer.from('a\x01'), String.raw`failed to parse dnsName constraint "a\x01"`],
  ['DEL', Buffer.from('a\x7f'), String.raw`failed to parse dnsName constraint "a\x7f"`],
])('a constraint with %s is quoted as Go quotes it', (_name, domain, message) => {
  expect(() => readNameConstraints(permitting(domain))).toThrow(message);
});
