import { parseFlags } from '../../src/cli/flag-parser.js';
import { boolFlag, durationFlag, int64Flag, stringFlag, stringSliceFlag } from '../../src/cli/flags.js';
import { GLOBAL_FLAGS } from '../../src/cli/global-flags.js';
import { createProgram, type Invocation, type Program } from '../../src/cli/program.js';
import { UsageError } from '../../src/model/errors.js';

/** The options of the example commands: the parsed command line itself. */
export interface Received {
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
  readonly argsLenAtDash: number | undefined;
}

/** A small command tree: commands, a family with a persistent flag, and names with a common prefix. */
export function exampleProgram(): Program<typeof GLOBAL_FLAGS> {
  const program = createProgram(
    {
      name: 'etcdctl',
      summary: 'Talks to etcd',
      globalFlags: GLOBAL_FLAGS,
      listsGlobalFlagsApart: true,
    },
    parseFlags,
  );
  const common = {
    deadline: 'command-timeout',
    toOptions: (args: readonly string[], flags: object, argsLenAtDash: number | undefined) => ({
      args,
      flags,
      argsLenAtDash,
    }),
    run: async () => {},
  } as const;
  const getFlags = {
    prefix: boolFlag(false, 'all keys that begin with <key>'),
    rev: int64Flag(0n, 'the store as it was at this revision'),
    order: stringFlag('', 'order of the keys', { choices: ['ASCEND', 'DESCEND'] }),
    interactive: boolFlag(false, 'ask', { short: 'i' }),
    'no-password': boolFlag(false, 'no password'),
    pause: durationFlag(1500, 'how long to wait'),
    tag: stringSliceFlag(['none'], 'marks'),
  };
  program.command({
    ...common,
    name: 'get',
    group: 'kv',
    usage: '<key>',
    summary: 'Print keys',
    flags: getFlags,
  });
  program.command({ ...common, name: 'compaction', group: 'kv', summary: 'Forget old revisions', flags: {} });
  program.command({
    ...common,
    name: 'completion',
    group: 'utility',
    summary: 'Shell completion',
    flags: {},
  });
  const endpoint = program.family({
    name: 'endpoint',
    group: 'cluster',
    summary: 'Ask members how they are',
    flags: { cluster: boolFlag(false, 'ask all members') },
  });
  endpoint.command({ ...common, name: 'health', summary: 'Check health', flags: {} });
  endpoint.command({
    ...common,
    name: 'hashkv',
    summary: 'Hash the history',
    flags: { rev: int64Flag(0n, 'up to here') },
  });
  return program;
}

export function invocationOf(
  argv: readonly string[],
  env: Record<string, string> = {},
): Invocation<typeof GLOBAL_FLAGS> & { options: Received } {
  const outcome = exampleProgram().parse(argv, env);
  if (outcome.kind !== 'run') throw new Error(`help instead of a command: ${outcome.text()}`);
  return { ...outcome.invocation, options: outcome.invocation.options as Received };
}

export function helpOf(argv: readonly string[]): string {
  const outcome = exampleProgram().parse(argv);
  if (outcome.kind !== 'text') throw new Error(`a command instead of help: ${outcome.invocation.path}`);
  return outcome.text();
}

/** The `UsageError` that the function throws. */
export function statusOfStreamFailure(act: () => unknown): UsageError {
  try {
    act();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
