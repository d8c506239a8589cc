import { describe, expect, it } from 'vitest';
import { registerDefrag, runDefrag } from '../../../src/commands/v3/defrag.js';
import { createEtcdctl } from '../../../src/etcdctl.js';
import { ConnectionError, ServerError } from '../../../src/model/errors.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';
import { useSnapshotFiles } from '../../support/snapshot-files.js';

const files = useSnapshotFiles();

const WAIT = new ServerError('context deadline exceeded', 'DeadlineExceeded', { reasons: ['b: refused'] });

/** A cluster of these endpoints, each with the error of its call, if any. */
function clusterOf(endpoints: Readonly<Record<string, ServerError | undefined>>) {
  const log: string[] = [];
  const members = Object.keys(endpoints).map((endpoint) => ({ clientUrls: [endpoint] }));
  const fake = fakeContext({
    endpoints: Object.keys(endpoints),
    connect: ([endpoint = '']) => {
      const defragment = async () => {
        log.push(`begin ${endpoint}`);
        await new Promise(setImmediate);
        log.push(`end ${endpoint}`);
        const failure = endpoints[endpoint];
        if (failure !== undefined) throw failure;
        return {};
      };
      return {
        maintenance: { defragment } as never,
        cluster: { memberList: async () => ({ members: members.slice(1) }) } as never,
      };
    },
  });
  return { ...fake, log };
}

const finished = (endpoint: string) => ({
  kind: 'text',
  text: `Finished defragmenting etcd member[${endpoint}]. took 0s\n`,
});

describe('defrag', () => {
  it('ignores arguments', () => {
    expect(parseCommand(registerDefrag, ['defrag', 'x'])).toEqual({
      wholeCluster: false,
      dataDirectory: undefined,
    });
    expect(parseCommand(registerDefrag, ['defrag', '--cluster'])).toEqual({
      wholeCluster: true,
      dataDirectory: undefined,
    });
  });

  it('defragments one member at a time', async () => {
    const { context, emitted, log, lines } = clusterOf({ a: undefined, b: undefined });
    await runDefrag({ wholeCluster: false, dataDirectory: undefined }, context);
    expect(log).toEqual(['begin a', 'end a', 'begin b', 'end b']);
    expect(emitted).toEqual([finished('a'), finished('b')]);
    expect(lines).toEqual([]);
  });

  it('continues after a failure, and fails at the end', async () => {
    const { context, emitted, lines } = clusterOf({ a: undefined, b: WAIT, c: undefined });
    await expect(runDefrag({ wholeCluster: false, dataDirectory: undefined }, context)).rejects.toMatchObject(
      { exitCode: 1 },
    );
    expect(emitted).toEqual([finished('a'), finished('c')]);
    expect(lines).toEqual([
      'b: refused',
      'Failed to defragment etcd member[b]. took 0s. (context deadline exceeded)',
    ]);
  });

  it('with --cluster, defragments all members', async () => {
    const { context, emitted } = clusterOf({ a: undefined, b: undefined, c: undefined });
    await runDefrag({ wholeCluster: true, dataDirectory: undefined }, context);
    expect(emitted).toEqual([finished('b'), finished('c')]);
  });

  it('rewrites a data directory without a server', async () => {
    expect(parseCommand(registerDefrag, ['defrag', '--data-dir=d', '--cluster'])).toEqual({
      wholeCluster: true,
      dataDirectory: 'd',
    });
    const program = await createEtcdctl();
    const deadlineOf = (...flags: string[]) => program.parse(['defrag', ...flags]);
    expect(deadlineOf('--data-dir=d')).toMatchObject({ invocation: { deadline: 'files' } });
    expect(deadlineOf()).toMatchObject({ invocation: { deadline: 'command-timeout' } });
    const { context, lines } = fakeContext();
    await runDefrag({ wholeCluster: true, dataDirectory: files.dataDirectory() }, context);
    expect(lines).toEqual([expect.stringContaining('finished defragmenting directory ')]);
  });

  it('stops at a failed authentication', async () => {
    const refusal = new ConnectionError('etcdserver: authentication failed');
    const { context } = fakeContext({
      connect: () => {
        throw refusal;
      },
    });
    await expect(runDefrag({ wholeCluster: false, dataDirectory: undefined }, context)).rejects.toBe(refusal);
  });
});
