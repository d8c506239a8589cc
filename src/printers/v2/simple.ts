import type { KeyNode, KeysResponse } from '../../model/v2/keys.js';
import type { Sink } from '../printer.js';
import { renderersOf } from './renderers.js';

/** Values and names, a line each. */
export const renderers = renderersOf(writeValue, {
  // Directories have no value.
  directory() {},
  listing({ response: { node }, marksDirectories }, sink) {
    if (!node.isDirectory) sink.out(`${node.key}\n`);
    for (const child of node.nodes ?? []) writeNames(child, { marksDirectories, sink });
  },
});

function writeValue({ action, node, previousNode }: KeysResponse, sink: Sink): void {
  if (action === 'delete') sink.out(`PrevNode.Value: ${previousNode?.value ?? ''}\n`);
  else sink.out(`${node.value}\n`);
}

interface Listing {
  readonly marksDirectories: boolean;
  readonly sink: Sink;
}

function writeNames(node: KeyNode, listing: Listing): void {
  const slash = node.isDirectory && listing.marksDirectories ? '/' : '';
  listing.sink.out(`${node.key}${slash}\n`);
  for (const child of node.nodes ?? []) writeNames(child, listing);
}
