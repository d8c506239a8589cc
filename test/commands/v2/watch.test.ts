import { describe, expect, it, vi } from 'vitest';
import {
  type ExecWatchOptions,
  registerExecWatch,
  runExecWatch,
} from '../../../src/commands/v2/exec-watch.js';
import { registerWatch, runWatch, type WatchOptions } from '../../../src/commands/v2/watch.js';
import { aborted } from '../../../src/model/abort-signal.js';
import { CommandError } from '../../../src/model/errors.js';
import type { KeysResponse } from '../../../src/model/v2/keys.js';
import type { V2KeysService } from '../../../src/model/v2/services.js';
import { SignalReceivedError } from '../../../src/term/signals.js';
import { fakeNode, fakeResponse, fakeV2Context, parseV2Command } from '../../support/fake-v2-context.js';

const watchOptions = (...argv: string[]) => parseV2Command(registerWatch, ['watch', ...argv]) as WatchOptions;
const execOptions = (...argv: string[]) =>
  parseV2Command(registerExecWatch, ['exec-watch', ...argv]) as ExecWatchOptions;

const change = (modifiedIndex: bigint, value: string, isDirectory = false) =>
  fakeResponse({ action: 'set', node: fakeNode({ key: '/w', value, modifiedIndex, isDirectory }) });

/** Polls that return these changes, then wait until the signal aborts. */
function scriptedPolls(changes: readonly KeysResponse[]): Pick<V2KeysService, 'poll'> {
  const left = [...changes];
  return {
    async poll(_request, { signal }) {
      signal.throwIfAborted();
      const next = left.shift();
      if (next === undefined) {
        await aborted(signal);
      }
      return { index: 1n, response: async () => next };
    },
  };
}

describe('version 2 watch', () => {
  it.each([
    [['/w'], { key: '/w', recursive: false, afterIndex: 0n, isForever: false }],
    [
      ['-f', '-r=true', '--after-index', '7', '/w'],
      { key: '/w', recursive: true, afterIndex: 7n, isForever: true },
    ],
    [
      ['--after-index=-1', '/w'],
      { key: '/w', recursive: false, afterIndex: 2n ** 64n - 1n, isForever: false },
    ],
  ])('parses %j', (argv, options) => {
    expect(watchOptions(...argv)).toEqual(options);
  });

  it('ends after the first change of a key, and ignores directories', async () => {
    const keys = scriptedPolls([change(2n, '', true), change(3n, 'one'), change(4n, 'two')]);
    const { context, emitted } = fakeV2Context({ client: { keys } });
    await runWatch(watchOptions('/w'), context);
    expect(emitted).toEqual([{ kind: 'change', response: change(3n, 'one'), namesKey: false }]);
  });

  it('with --forever, goes on until Ctrl-C and then succeeds', async () => {
    const keys = scriptedPolls([change(3n, 'one'), change(4n, 'two')]);
    const { context, emitted, abort } = fakeV2Context({ client: { keys } });
    const watch = runWatch(watchOptions('-f', '-r', '/w'), context);
    await vi.waitFor(() => expect(emitted).toHaveLength(2));
    abort(new SignalReceivedError('SIGINT'));
    await expect(watch).resolves.toBeUndefined();
    expect(emitted.every((each) => each.kind === 'change' && each.namesKey)).toBe(true);
  });

  it('rejects for other signals', async () => {
    const { context, abort } = fakeV2Context({ client: { keys: scriptedPolls([]) } });
    const watch = runWatch(watchOptions('/w'), context);
    abort(new SignalReceivedError('SIGTERM'));
    await expect(watch).rejects.toEqual(new SignalReceivedError('SIGTERM'));
  });
});

describe('version 2 exec-watch', () => {
  it.each([
    [['/w', '--', 'sh', '-c', 'x'], '/w', ['sh', '-c', 'x']],
    // Here -- is an argument: it follows an argument that moved with a flag.
    [['-r', '/w', '--', 'sh', '-c', 'x'], '/w', ['sh', '-c', 'x']],
    [['--after-index', '5', '/w', '--', 'sh'], '/w', ['sh']],
    [['sh', '-c', 'x', '/w'], '/w', ['sh', '-c', 'x']],
    [['--', 'sh', '-c', 'x', '/w'], '/w', ['sh', '-c', 'x']],
    [['-r', '--', 'sh', '/w'], '/w', ['sh']],
  ])('finds key and command in %j', (argv, key, command) => {
    expect(execOptions(...argv)).toMatchObject({ key, command });
  });

  it.each([[[]], [['/w']], [['/w', '--']], [['--', '/w']]])('rejects %j', (argv) => {
    expect(() => execOptions(...argv)).toThrow(
      expect.objectContaining({ message: 'key and command to exec required', ending: 'arguments' }),
    );
  });

  it('treats a negative index as none', () => {
    expect(execOptions('--after-index=-1', 'x', '/w')).toMatchObject({ afterIndex: 0n });
  });

  it('runs the programs of several changes concurrently', async () => {
    const started: unknown[] = [];
    let endAll = () => {};
    const all = new Promise<void>((resolve) => {
      endAll = resolve;
    });
    const { context, lines, abort } = fakeV2Context({
      client: { keys: scriptedPolls([change(3n, 'one'), change(4n, '', true), change(5n, 'two')]) },
      async runChild(command, args, options) {
        started.push([command, args, options?.env]);
        await all;
        return { exitCode: 3, signal: null };
      },
    });
    const watch = runExecWatch(execOptions('sh', '-c', 'x', '/w'), context);
    await vi.waitFor(() => expect(started).toHaveLength(2));
    expect(started[1]).toEqual([
      'sh',
      ['-c', 'x'],
      {
        ETCD_WATCH_ACTION: 'set',
        ETCD_WATCH_MODIFIED_INDEX: '5',
        ETCD_WATCH_KEY: '/w',
        ETCD_WATCH_VALUE: 'two',
      },
    ]);
    expect(lines).toEqual(['Ignored dir /w change']);
    abort(new SignalReceivedError('SIGINT'));
    endAll();
    await expect(watch).resolves.toBeUndefined();
  });

  it('waits at the maximum number of programs', async () => {
    const changes = Array.from({ length: 100 }, (_, index) => change(BigInt(index + 2), 'x'));
    let running = 0;
    const ends: (() => void)[] = [];
    const { context, abort } = fakeV2Context({
      client: { keys: scriptedPolls(changes) },
      async runChild() {
        running++;
        await new Promise<void>((resolve) => ends.push(resolve));
        return { exitCode: 0, signal: null };
      },
    });
    const watch = runExecWatch(execOptions('x', '/w'), context);
    await vi.waitFor(() => expect(running).toBe(64));
    ends.shift()?.();
    await vi.waitFor(() => expect(running).toBe(65));
    abort(new SignalReceivedError('SIGINT'));
    for (const end of ends) end();
    await watch;
    expect(running).toBe(65);
  });

  it('ends when a program cannot be started', async () => {
    const { context } = fakeV2Context({
      client: { keys: scriptedPolls([change(3n, 'one')]) },
      runChild: () => Promise.reject(new CommandError('exec: "x": executable file not found in $PATH')),
    });
    await expect(runExecWatch(execOptions('x', '/w'), context)).rejects.toMatchObject({
      message: 'exec: "x": executable file not found in $PATH',
      ending: 'plain',
    });
  });
});
