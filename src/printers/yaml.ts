import { Document, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Structured } from '../model/decoded-value.js';
import { eventDocuments, valueDocuments } from './decoded.js';
import type { Renderers, Sink } from './printer.js';

/** YAML of decoded values, a document for each: the same data as in the format json. Other results have no YAML. */
export const renderers: Partial<Renderers> = {
  'decoded-values': (result, sink, style) => writeDocuments(sink, valueDocuments(result, style)),
  'decoded-events': (result, sink, style) => writeDocuments(sink, eventDocuments(result, style)),
};

function writeDocuments(sink: Sink, documents: Iterable<Structured>): void {
  for (const data of documents) {
    // Texts that YAML 1.1 takes for something else, such as yes or a time, are quoted.
    const document = new Document(null, { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
    document.contents = nodeOf(data);
    // Without folding: long lines stay what they are.
    sink.out(Buffer.from(`---\n${document.toString({ lineWidth: 0 })}`, 'utf8'));
  }
}

function nodeOf(value: Structured): YAMLMap | YAMLSeq | Scalar {
  if (typeof value !== 'object' || value === null) return new Scalar(value);
  if (value instanceof Map) {
    const map = new YAMLMap();
    for (const [name, each] of value) map.set(new Scalar(name), nodeOf(each));
    return map;
  }
  if ('numberText' in value) return numberNode(value.numberText);
  const list = new YAMLSeq();
  for (const each of value as readonly Structured[]) list.add(nodeOf(each));
  return list;
}

/** A number with the digits of its document; a text for one that no double can be. */
function numberNode(text: string): Scalar {
  if (/^-?\d+$/.test(text)) return new Scalar(text === '-0' ? -0 : BigInt(text));
  const number = Number(text);
  if (!Number.isFinite(number)) return new Scalar(text);
  const node = new Scalar(number);
  const [, fraction = ''] = /^-?\d+\.(\d+)$/.exec(text) ?? [];
  node.minFractionDigits = fraction.length;
  return node;
}
