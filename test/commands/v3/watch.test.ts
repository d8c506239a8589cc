import { describe, expect, it, vi } from 'vitest';
import { toWatchTarget } from '../../../src/commands/v3/watch/request.js';
import { registerWatch, runWatch, type WatchOptions } from '../../../src/commands/v3/watch.js';
import { CommandError, ServerError } from '../../../src/model/errors.js';
import type { WatchResponse } from '../../../src/model/messages/watch.js';
import { type FakeContextSettings, fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';
import { putEvent, scriptedWatch, watchResponse } from '../../support/scripted-watch.js';

const WRONG = 'bad number of arguments';
const CONFLICT = `${WRONG} (found conflicting environment key)`;
const NO_COMMAND = `${WRONG} (found separator --, but no commands)`;
const K = { ETCDCTL_WATCH_KEY: 'k' };
const K_TO_M = { ...K, ETCDCTL_WATCH_RANGE_END: 'm' };

const options = (line: string, env = {}) =>
  parseCommand(registerWatch, ['watch', ...line.split(' ').filter(Boolean)], env) as WatchOptions;

/** The key, range end and command of a command line. */
function meaning(line: string, env = {}) {
  const parsed = options(line, env);
  if (parsed.kind !== 'one') throw new Error('interactive');
  const { range } = toWatchTarget(parsed.request, false);
  const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('latin1');
  return [text(range.key), text(range.rangeEnd), parsed.request.command.join(' ')];
}

/** The expected values are those of etcdctl 3.7.1. */
describe('the arguments of watch', () => {
  it.each([
    ['a', {}, ['a', '', '']],
    ['a c', {}, ['a', 'c', '']],
    ['a --prefix', {}, ['a', 'b', '']],
    ['a b c', {}, ['a', '', '']],
    ['a b c --prefix', {}, ['a', 'b', '']],
    ['a -- echo hi', {}, ['a', '', 'echo hi']],
    ['a c --rev 1 -- echo hi', {}, ['a', 'c', 'echo hi']],
    ['a -- echo echo', {}, ['a', 'echo', 'echo echo']],
    ['a -- echo x echo y', {}, ['a', '', 'echo x echo y']],
    ['a --prefix -- echo --prefix', {}, ['a', 'b', 'echo --prefix']],
    ['', K, ['k', '', '']],
    ['', K_TO_M, ['k', 'm', '']],
    ['--prefix', K, ['k', 'l', '']],
    ['-- echo', K, ['k', '', 'echo']],
    ['--rev 1 -- echo a', K_TO_M, ['k', 'm', 'echo a']],
    ['-- echo -- a', K, ['k', '', 'echo -- a']],
  ])('%j with %o', (line, env, expected) => {
    expect(meaning(line, env)).toEqual(expected);
  });

  it.each([
    ['', {}, WRONG],
    ['--prefix', {}, WRONG],
    ['-- echo', {}, WRONG],
    ['a --', {}, NO_COMMAND],
    ['--', K, NO_COMMAND],
    ['a', K, CONFLICT],
    ['a c', K_TO_M, CONFLICT],
    ['a -- echo', K, CONFLICT],
    ['a b --prefix', {}, '`range_end` and `--prefix` are mutually exclusive'],
    ['--prefix', K_TO_M, '`range_end` and `--prefix` are mutually exclusive'],
    [
      'a',
      { ETCDCTL_WATCH_RANGE_END: 'm"' },
      'ETCDCTL_WATCH_KEY is empty but got ETCDCTL_WATCH_RANGE_END="m\\""',
    ],
    [
      '-i',
      { ETCDCTL_WATCH_RANGE_END: 'm' },
      'ETCDCTL_WATCH_KEY is empty but got ETCDCTL_WATCH_RANGE_END="m"',
    ],
  ])('%j with %o is rejected', (line, env, message) => {
    expect(() => meaning(line, env)).toThrow(expect.objectContaining({ message, kind: 'arguments' }));
  });

  it('ignores the arguments in interactive mode', () => {
    expect(options('-i a b --prefix', K)).toEqual({
      kind: 'interactive',
      variables: { key: 'k', rangeEnd: '' },
    });
  });
});

describe('the checkpoint of watch', () => {
  it('is a flag of one watch, and not of interactive mode', () => {
    expect(options('k --checkpoint c')).toMatchObject({ kind: 'one', checkpoint: 'c' });
    expect(() => options('-i --checkpoint c')).toThrow(
      expect.objectContaining({ message: expect.stringContaining('choose one'), kind: 'arguments' }),
    );
  });
});

type Stream = readonly (WatchResponse | Error)[];

async function watched(line: string, streams: readonly Stream[], settings: FakeContextSettings = {}) {
  const { service, created } = scriptedWatch(streams);
  const fake = fakeContext({ ...settings, connect: () => ({ watch: service }) });
  const error = await runWatch(options(line), fake.context).then(
    () => undefined,
    (failure: Error) => failure,
  );
  return { ...fake, created, error };
}

const created = watchResponse({ created: true });
const cancelled = watchResponse({ canceled: true });

describe('watch', () => {
  it('prints events and progress until the server cancels', async () => {
    const events = watchResponse({ revision: 5, revisions: [5] });
    const progress = watchResponse({ revision: 9 });
    const { emitted, error, lines } = await watched('k --rev 5', [[created, events, progress, cancelled]]);
    expect(emitted).toEqual([
      { kind: 'watch', response: events },
      { kind: 'text', text: 'progress notify: 9\n' },
      { kind: 'watch', response: progress },
    ]);
    expect(error).toMatchObject({ name: 'InterruptedError', message: 'watch is canceled by the server' });
    expect(lines).toEqual([]);
  });

  it('sends the request of the flags, and another one for fragments when a response is too large', async () => {
    const line = 'a --prefix --rev 5 --prev-kv --progress-notify';
    const expected = { prevKv: true, progressNotify: true, rangeEnd: Buffer.from('b') };
    const tooLarge = new ServerError('received message larger than max', 'ResourceExhausted');
    const streams = [
      [created, watchResponse({ revisions: [6] }), tooLarge],
      [created, watchResponse({ revisions: [7], fragment: true }), cancelled],
    ];
    const simple = await watched(line, streams);
    expect(simple.created).toEqual([
      { key: Buffer.from('a'), ...expected, startRevision: 5n, fragment: false },
      { key: Buffer.from('a'), ...expected, startRevision: 7n, fragment: true },
    ]);
    expect(simple.lines).toEqual([]);
    expect(simple.emitted).toHaveLength(2);
  });

  it('asks for no fragments where a format prints responses', async () => {
    const tooLarge = new ServerError('received message larger than max', 'ResourceExhausted');
    const { created: requests, error } = await watched('a', [[created, tooLarge]], {
      format: 'json',
    });
    expect(requests).toEqual([expect.objectContaining({ fragment: false })]);
    expect(error).toMatchObject({ message: 'watch is canceled by the server' });
  });

  it('reports the compacted revision', async () => {
    const compacted = watchResponse({ canceled: true, compactRevision: 12n });
    const { emitted, error, lines } = await watched('k --rev 5', [[created, compacted]]);
    expect(lines).toEqual(['watch was canceled (etcdserver: mvcc: required revision has been compacted)']);
    expect(emitted).toEqual([{ kind: 'watch', response: compacted }]);
    expect(error).toMatchObject({
      name: 'InterruptedError',
      reasons: [expect.stringContaining('--rev=12 starts with the oldest')],
    });
  });

  it('resumes after a broken stream, and prints that', async () => {
    const lost = new ServerError('lost', 'Unavailable');
    const { created: asked, lines } = await watched('k --rev 5', [
      [created, watchResponse({ revisions: [5, 7] }), lost],
      [created, cancelled],
    ]);
    expect(asked.map(({ startRevision }) => startRevision)).toEqual([5n, 8n]);
    expect(lines).toEqual([
      'lost: waiting for a server to resume the watch at revision 8',
      'resumed the watch at revision 8',
    ]);
  });

  it('runs a command for each event, with variables quoted as by Go', async () => {
    const runChild = vi.fn(async () => ({ exitCode: 0, signal: null }));
    const events = [putEvent(5, 'a"', 'x\n'), { ...putEvent(6, '\u00e9'), type: 1 }];
    const response = watchResponse({ revision: 9, events });
    await watched('k --rev 5 -- echo -n hi', [[created, response, cancelled]], { runChild });
    const env = {
      ETCD_WATCH_REVISION: '9',
      ETCD_WATCH_EVENT_TYPE: '"PUT"',
      ETCD_WATCH_KEY: '"a\\""',
      ETCD_WATCH_VALUE: '"x\\n"',
    };
    expect(runChild.mock.calls).toEqual([
      ['echo', ['-n', 'hi'], { env }],
      [
        'echo',
        ['-n', 'hi'],
        {
          env: {
            ...env,
            ETCD_WATCH_EVENT_TYPE: '"DELETE"',
            ETCD_WATCH_KEY: '"\u00e9"',
            ETCD_WATCH_VALUE: '"v"',
          },
        },
      ],
    ]);
  });

  it.each([
    ['exit status 3', async () => ({ exitCode: 3, signal: null })],
    ['signal: killed', async () => ({ exitCode: null, signal: 'SIGKILL' as const })],
    ['exec: no', () => Promise.reject(new CommandError('exec: no'))],
  ])('ends with status 1 after a command with %s', async (why, runChild) => {
    const { error, lines } = await watched(
      'k -- echo "a',
      [[created, watchResponse({ revisions: [5, 6] })]],
      { runChild },
    );
    expect(lines).toEqual([`command ["echo" "\\"a"] error (${why})`]);
    expect(error).toMatchObject({ name: 'AlreadyReportedError', exitCode: 1 });
  });
});

describe('watch --interactive', () => {
  const EOF = { message: 'error reading watch request line: EOF', kind: 'input' };

  it('runs the requests of the lines, and continues after invalid lines', async () => {
    const stdin = [
      '\nfoo bar\nwatch\nwatch "a b" --rev 4 --pre',
      'fix\nwatch a b --prefix\nwatch -- x\nwatch x',
    ];
    const { created: asked, lines, error } = await watched('-i --rev 99', [[created]], { stdin });
    expect(lines).toEqual([
      'Invalid command:  (watch and progress supported)',
      'Invalid command foo bar (only support watch)',
      'Invalid command watch (command type or key is not provided)',
      'Invalid command watch a b --prefix (`range_end` and `--prefix` are mutually exclusive)',
      'Invalid command watch -- x (bad number of arguments)',
    ]);
    expect(asked).toEqual([expect.objectContaining({ key: Buffer.from('a b'), startRevision: 4n })]);
    expect(error).toMatchObject(EOF);
  });

  it.each([
    ['watch --', NO_COMMAND, 'arguments'],
    ['watch a --', NO_COMMAND, 'arguments'],
    ['watch --prefix', WRONG, 'arguments'],
    ['watch --nonsense a', 'unknown flag: --nonsense', 'arguments'],
    ['watch -w json a', "unknown shorthand flag: 'w' in -w", 'arguments'],
    [
      'watch a --rev x',
      'invalid argument "x" for "--rev" flag: strconv.ParseInt: parsing "x": invalid syntax',
      'arguments',
    ],
    ['watch -h', 'pflag: help requested', 'arguments'],
    ['watch "a\\q"', 'invalid syntax', 'input'],
  ])('%j ends the program', async (line, message, kind) => {
    const { error } = await watched('-i', [], { stdin: [`${line}\nwatch later\n`] });
    expect(error).toMatchObject({ message, kind });
  });

  it('requests the progress of all watches', async () => {
    const stdin = ['progress\nwatch a\nwatch b\nprogress\n'];
    let asked = 0;
    const service = {
      async *watch(
        requests: AsyncIterable<{ requestUnion: { $case: string } }>,
        call: { signal: AbortSignal },
      ) {
        const stop = new Promise<never>((_resolve, reject) => {
          call.signal.addEventListener('abort', () => reject(call.signal.reason));
        });
        const sent = requests[Symbol.asyncIterator]();
        for (;;) {
          const { value } = await Promise.race([sent.next(), stop]);
          if (value.requestUnion.$case === 'progressRequest') asked++;
          else yield created;
        }
      },
    };
    const { context } = fakeContext({ stdin, connect: () => ({ watch: service as never }) });
    await expect(runWatch(options('-i'), context)).rejects.toMatchObject(EOF);
    expect(asked).toBe(2);
  });

  it('ends when the command of an event fails', async () => {
    const runChild = async () => ({ exitCode: 2, signal: null });
    const stdin = (async function* () {
      yield Buffer.from('watch a -- false\n');
      await new Promise(() => undefined);
    })();
    const { service } = scriptedWatch([[created, watchResponse({ revisions: [5] })]]);
    const fake = fakeContext({ runChild, connect: () => ({ watch: service }) });
    await expect(runWatch(options('-i'), { ...fake.context, stdin })).rejects.toMatchObject({ exitCode: 1 });
  });
});
