import { isUtf8 } from 'node:buffer';
import type { DecodedContent, DecodedValue, DecodingName, Structured } from '../model/decoded-value.js';
import { JsonError, readJson } from './json-reader.js';
import { encryptionOf } from './kubernetes/encrypted.js';
import { decodeKubernetes, isKubernetesProtobuf } from './kubernetes/envelope.js';

/** Finds out what is in a value. Never throws: what is wrong with it is in `problems`. The value must not change afterwards. */
export function decodeValue(value: Uint8Array, decoding: DecodingName): DecodedValue {
  if (decoding === 'hex') return { encoding: 'binary', bytes: value, problems: [] };
  if (isKubernetesProtobuf(value)) return decodeKubernetes(value);
  const content = contentOf(value);
  const isForeign = decoding === 'kubernetes' && !isOfKubernetes(content);
  return { ...content, problems: isForeign ? [{ offset: 0, message: NOT_KUBERNETES }] : [] };
}

const NOT_KUBERNETES = 'this is no value of a Kubernetes API server';

function contentOf(value: Uint8Array): DecodedContent {
  const encryption = encryptionOf(value);
  if (encryption !== undefined) return { encoding: 'encrypted', encryption, sizeBytes: value.length };
  const document = documentIn(value);
  if (document !== undefined) return { encoding: 'json', document };
  return { encoding: isText(value) ? 'text' : 'binary', bytes: value };
}

const SPACES: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const BRACKETS: ReadonlySet<number | undefined> = new Set([0x7b, 0x5b]);

/** A JSON object or list; numbers and quoted words are texts. */
function documentIn(value: Uint8Array): Structured | undefined {
  let at = 0;
  while (SPACES.has(value[at])) at++;
  if (!BRACKETS.has(value[at])) return undefined;
  try {
    return readJson(value);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const DELETE = 0x7f;

/** UTF-8 without control characters other than tabs and line ends. */
function isText(value: Uint8Array): boolean {
  if (!isUtf8(value)) return false;
  return !value.some(
    (byte) =>
      (byte < 0x20 && byte !== TAB && byte !== LINE_FEED && byte !== CARRIAGE_RETURN) || byte === DELETE,
  );
}

/** Custom resources are JSON documents that name their type. */
function isOfKubernetes(content: DecodedContent): boolean {
  if (content.encoding === 'encrypted') return true;
  if (content.encoding !== 'json' || !(content.document instanceof Map)) return false;
  return (
    typeof content.document.get('apiVersion') === 'string' && typeof content.document.get('kind') === 'string'
  );
}
