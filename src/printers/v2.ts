import type { KeyNode, KeysResponse } from '../model/v2/keys.js';
import type { V2Result, V2ResultKind, V2ResultOf } from '../model/v2/results.js';
import { jsonString } from './go-json.js';
import type { Sink } from './printer.js';

/** The formats of the version 2 commands' `--output` (ctlv2/command/format.go of etcd 3.5). */
export const V2_OUTPUT_FORMATS = ['simple', 'extended', 'json'] as const;
export type V2OutputFormat = (typeof V2_OUTPUT_FORMATS)[number];

/** One output format: the compiler asks for an entry for each kind of result. */
type V2Renderers = { readonly [Kind in V2ResultKind]: (result: V2ResultOf<Kind>, sink: Sink) => void };

type WriteKey = (response: KeysResponse, sink: Sink) => void;

const FORMATS: { readonly [Format in V2OutputFormat]: V2Renderers } = {
  /** Values and names, a line each. Directories have no value. */
  simple: { ...renderersOf(writeValue), directory() {}, listing: writeListing },
  extended: renderersOf(writeExtended),
  json: renderersOf(writeJson),
};

export function printV2(result: V2Result, format: V2OutputFormat, sink: Sink): void {
  // The table pairs each kind with its own renderer; the compiler cannot follow that through the union.
  const render = FORMATS[format][result.kind] as (result: V2Result, sink: Sink) => void;
  render(result, sink);
}

/** Renderers that write every answer about keys as one key. */
function renderersOf(writeKey: WriteKey): V2Renderers {
  return {
    key: ({ response }, sink) => writeKey(response, sink),
    directory: ({ response }, sink) => writeKey(response, sink),
    listing: ({ response }, sink) => writeKey(response, sink),
    change({ response, namesKey }, sink) {
      if (namesKey) sink.out(`[${response.action}] ${response.node.key}\n`);
      writeKey(response, sink);
    },
    text: ({ text }, sink) => sink.out(text),
  };
}

function writeValue({ action, node, previousNode }: KeysResponse, sink: Sink): void {
  if (action === 'delete') sink.out(`PrevNode.Value: ${previousNode?.value ?? ''}\n`);
  else sink.out(`${node.value}\n`);
}

function writeListing({ response: { node }, marksDirectories }: V2ResultOf<'listing'>, sink: Sink): void {
  if (!node.isDirectory) sink.out(`${node.key}\n`);
  for (const name of namesBelow(node, marksDirectories)) sink.out(`${name}\n`);
}

function* namesBelow(node: KeyNode, marksDirectories: boolean): Generator<string> {
  for (const child of node.nodes ?? []) {
    yield child.isDirectory && marksDirectories ? `${child.key}/` : child.key;
    yield* namesBelow(child, marksDirectories);
  }
}

/** Lines about the key, an empty line, and the value, which a deleted key does not have. */
function writeExtended({ action, node, previousNode, index }: KeysResponse, sink: Sink): void {
  sink.out(`Key: ${node.key}\n`);
  sink.out(`Created-Index: ${node.createdIndex}\n`);
  sink.out(`Modified-Index: ${node.modifiedIndex}\n`);
  if (previousNode !== undefined) sink.out(`PrevNode.Value: ${previousNode.value}\n`);
  sink.out(`TTL: ${node.ttlSeconds}\n`);
  sink.out(`Index: ${index}\n`);
  if (action !== 'delete') sink.out(`\n${node.value}\n`);
}

/** The server's answer as Go's client encodes it (the tags in client/v2/keys.go of etcd 3.5). */
function writeJson({ action, node, previousNode }: KeysResponse, sink: Sink): void {
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
