import { expect, test } from 'vitest';
import { DerReader } from '../../../src/transport/x509/der.js';
import { readExtensions } from '../../../src/transport/x509/extensions.js';

/** DER with a length below 128. */
const der = (tag: number, ...contents: Buffer[]) => {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag, content.length), content]);
};

/** A list with one extension: a subject alternative name with one URI. */
const withUri = (uri: string) => {
  const names = der(0x30, der(0x86, Buffer.from(uri)));
  return new DerReader(der(0x30, der(0x06, Buffer.of(0x55, 0x1d, 0x11)), der(0x04, names)));
};

test.each([
  [
    'a control character',
    'http://a\x7f',
    String.raw`"http://a\x7f": parse "http://a\x7f": net/url: invalid control character in URL`,
  ],
  ['an invalid domain', 'http://a..b/"', String.raw`"http://a..b/\"": invalid domain`],
])('a URI with %s is refused with the message of Go', (_name, uri, message) => {
  expect(() => readExtensions(withUri(uri))).toThrow(`x509: cannot parse URI ${message}`);
});
