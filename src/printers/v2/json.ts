import type { KeyNode, KeysResponse } from '../../model/v2/keys.js';
import { jsonString } from '../go-json.js';
import type { Sink } from '../printer.js';
import { renderersOf } from './renderers.js';

/** The server's answer as Go's client writes it again (the tags in client/v2/keys.go of etcd 3.5). */
export const renderers = renderersOf(writeResponse);

function writeResponse({ action, node, previousNode }: KeysResponse, sink: Sink): void {
  sink.out(`{"action":${jsonString(action)},"node":`);
  writeNode(node, sink);
  sink.out(',"prevNode":');
  if (previousNode === undefined) sink.out('null');
  else writeNode(previousNode, sink);
  sink.out('}\n');
}

function writeNode(node: KeyNode, sink: Sink): void {
  sink.out(`{"key":${jsonString(node.key)}`);
  if (node.isDirectory) sink.out(',"dir":true');
  sink.out(`,"value":${jsonString(node.value)},"nodes":`);
  if (node.nodes === undefined) sink.out('null');
  else writeNodes(node.nodes, sink);
  sink.out(`,"createdIndex":${node.createdIndex},"modifiedIndex":${node.modifiedIndex}`);
  if (node.expiration !== undefined) sink.out(`,"expiration":${jsonString(node.expiration)}`);
  if (node.ttlSeconds !== 0n) sink.out(`,"ttl":${node.ttlSeconds}`);
  sink.out('}');
}

function writeNodes(nodes: readonly KeyNode[], sink: Sink): void {
  sink.out('[');
  for (const [index, node] of nodes.entries()) {
    if (index > 0) sink.out(',');
    writeNode(node, sink);
  }
  sink.out(']');
}
