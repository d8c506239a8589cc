import type { V2CommandParent, V2Context } from '../../src/cli/v2/command.js';
import { createV2Program } from '../../src/cli/v2/program.js';
import type { KeyNode, KeysResponse } from '../../src/model/v2/keys.js';
import type { V2Result } from '../../src/model/v2/results.js';
import type { V2Client } from '../../src/model/v2/services.js';
import { fakeContext } from './fake-context.js';

/** The methods of each service that a command may call; other calls are errors. */
export type FakeV2Client = {
  readonly [Service in keyof V2Client]?: Partial<V2Client[Service]>;
};

export interface FakeV2Settings {
  readonly client?: FakeV2Client;
  readonly stdin?: readonly string[];
  readonly prompt?: Partial<V2Context['prompt']>;
  readonly runChild?: V2Context['runChild'];
}

/** A version 2 context that records what a command does with it. */
export function fakeV2Context({ client, stdin, prompt, runChild }: FakeV2Settings = {}) {
  const base = fakeContext({
    ...(stdin && { stdin }),
    ...(prompt && { prompt }),
    ...(runChild && { runChild }),
  });
  const emitted: V2Result[] = [];
  const connections: unknown[] = [];
  const context: V2Context = {
    ...base.context,
    async connect(choices = {}) {
      if (client === undefined) throw new Error('this command must not connect');
      connections.push(choices);
      return { endpoints: ['http://m1:2379'], close: () => undefined, ...client } as V2Client;
    },
    deadline: () => base.context.signal,
    async emit(result) {
      emitted.push(result);
    },
  };
  return { ...base, context, emitted, connections };
}

/** Parses a command line and returns the command's options; throws the command's errors. */
export function parseV2Command(
  register: (parent: V2CommandParent) => void,
  argv: readonly string[],
): unknown {
  const program = createV2Program({ name: 'etcdctl', summary: 'test', versionText: '' });
  register(program);
  const outcome = program.parse(argv);
  if (outcome.kind === 'text') throw new Error(`help instead of a run: ${outcome.text}`);
  return outcome.options;
}

export function fakeNode(node: Partial<KeyNode> = {}): KeyNode {
  return {
    key: '/a',
    isDirectory: false,
    value: 'one',
    nodes: undefined,
    createdIndex: 4n,
    modifiedIndex: 5n,
    expiration: undefined,
    ttlSeconds: 0n,
    ...node,
  };
}

export function fakeResponse(response: Partial<KeysResponse> = {}): KeysResponse {
  return { action: 'get', node: fakeNode(), previousNode: undefined, index: 9n, ...response };
}
