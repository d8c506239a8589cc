import { isAscii, isUtf8 } from 'node:buffer';
import { DerReader, TAG } from './der.js';
import { refuse } from './error.js';

/** As much of a name as is told to a person. */
export interface DistinguishedName {
  /** Empty: none. */
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
      // The last common name counts, and the first organization.
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

/** ASCII, or nothing. */
export function readIa5(bytes: Buffer): string | undefined {
  return isAscii(bytes) ? bytes.toString('latin1') : undefined;
}

/** `*` and `&` are not in the standard's set, but in certificates. */
const PRINTABLE_PUNCTUATION = " '()+,-./:=?*&";

function isPrintable(byte: number): boolean {
  const isLetter = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
  return (
    isLetter || (byte >= 0x30 && byte <= 0x39) || PRINTABLE_PUNCTUATION.includes(String.fromCharCode(byte))
  );
}

/** UCS-2 with the most significant byte first: no surrogates and no noncharacters. */
function readBmp(bytes: Buffer): string | undefined {
  if (bytes.length % 2 !== 0) return undefined;
  const text = Buffer.from(bytes).swap16().toString('utf16le').replace(/\0$/, '');
  return /[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]/.test(text) ? undefined : text;
}
