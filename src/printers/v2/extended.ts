import type { KeysResponse } from '../../model/v2/keys.js';
import type { Sink } from '../printer.js';
import { renderersOf } from './renderers.js';

/** A header of what is known about the key, an empty line, its value: laid out like a mail. */
export const renderers = renderersOf(writeKey);

function writeKey({ action, node, previousNode, index }: KeysResponse, sink: Sink): void {
  sink.out(`Key: ${node.key}\n`);
  sink.out(`Created-Index: ${node.createdIndex}\n`);
  sink.out(`Modified-Index: ${node.modifiedIndex}\n`);
  if (previousNode !== undefined) sink.out(`PrevNode.Value: ${previousNode.value}\n`);
  sink.out(`TTL: ${node.ttlSeconds}\n`);
  sink.out(`Index: ${index}\n`);
  if (action !== 'delete') sink.out(`\n${node.value}\n`);
}
