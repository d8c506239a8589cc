import { isAscii, isUtf8 } from 'node:buffer';
import { quoteGo } from '../../go/quote.js';
import { DerReader, TAG } from './der.js';
import { refuse } from './error.js';

/** The parts of a name that appear in messages. */
export interface DistinguishedName {
  /** Empty: absent. */
  readonly commonName: string;
  readonly organization: string;
}

const COMMON_NAME = '2.5.4.3';
const ORGANIZATION = '2.5.4.10';

/** RFC 5280 §4.1.2.4. @throws CertificateError */
export function readName(der: Buffer): DistinguishedName {
  const sequence = new DerReader(der).enter(TAG.sequence) ?? refuse('x509: invalid RDNSequence');
  let commonName = '';
  let organization = '';
  while (!sequence.isEmpty) {
    const set = sequence.enter(TAG.set) ?? refuse('x509: invalid RDNSequence');
    while (!set.isEmpty) {
      const [type, value] = readAttribute(set);
      // As in Go, the last common name and the first organization are used.
      if (type === COMMON_NAME) commonName = value;
      if (type === ORGANIZATION) organization ||= value;
    }
  }
  return { commonName, organization };
}

function readAttribute(set: DerReader): [type: string, value: string] {
  const attribute = set.enter(TAG.sequence) ?? refuse('x509: invalid RDNSequence: invalid attribute');
  const type = attribute.objectIdentifier() ?? refuse('x509: invalid RDNSequence: invalid attribute type');
  const value = attribute.anyElement() ?? refuse('x509: invalid RDNSequence: invalid attribute value');
  const read = STRING_READERS[value.tag];
  const text = read ? read(value.content) : `unsupported string type: ${value.tag}`;
  if (!read || text === undefined) {
    const problem = read ? `invalid ${STRING_NAMES[value.tag]}` : text;
    refuse(`x509: invalid RDNSequence: invalid attribute value: ${problem}`);
  }
  return [type, text ?? ''];
}

/** `CN=etcd-ca, O=example`. */
export function nameText({ commonName, organization }: DistinguishedName): string {
  const parts = [commonName && `CN=${commonName}`, organization && `O=${organization}`].filter(Boolean);
  // Quoted, so that control characters stay harmless.
  return parts.length === 0 ? 'an empty name' : quoteGo(Buffer.from(parts.join(', '))).slice(1, -1);
}

const STRING_NAMES: Readonly<Record<number, string>> = {
  [TAG.printableString]: 'PrintableString',
  [TAG.utf8String]: 'UTF-8 string',
  [TAG.bmpString]: 'BMPString',
  [TAG.ia5String]: 'IA5String',
  [TAG.numericString]: 'NumericString',
};

const STRING_READERS: Readonly<Record<number, (bytes: Buffer) => string | undefined>> = {
  [TAG.t61String]: (bytes) => bytes.toString('latin1'),
  [TAG.printableString]: (bytes) => (bytes.every(isPrintable) ? bytes.toString('latin1') : undefined),
  [TAG.ia5String]: readIa5,
  [TAG.numericString]: (bytes) =>
    /^[0-9 ]*$/.test(bytes.toString('latin1')) ? bytes.toString('latin1') : undefined,
  [TAG.utf8String]: (bytes) => (isUtf8(bytes) ? bytes.toString('utf8') : undefined),
  [TAG.bmpString]: readBmp,
};

/** IA5String: `undefined` when it is not ASCII. */
export function readIa5(bytes: Buffer): string | undefined {
  return isAscii(bytes) ? bytes.toString('latin1') : undefined;
}

/** As in Go, `*` and `&` are accepted: the standard does not allow them, but certificates contain them. */
const PRINTABLE_PUNCTUATION = " '()+,-./:=?*&";

function isPrintable(byte: number): boolean {
  const isLetter = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
  return (
    isLetter || (byte >= 0x30 && byte <= 0x39) || PRINTABLE_PUNCTUATION.includes(String.fromCharCode(byte))
  );
}

/** BMPString: UCS-2, big-endian, without surrogates and noncharacters. */
function readBmp(bytes: Buffer): string | undefined {
  if (bytes.length % 2 !== 0) return undefined;
  const text = Buffer.from(bytes).swap16().toString('utf16le').replace(/\0$/, '');
  return /[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]/.test(text) ? undefined : text;
}
