import { describe, expect, it, vi } from 'vitest';
import { type DelCommandOptions, registerDel, runDel } from '../../../src/commands/v3/del.js';
import { ServerError } from '../../../src/model/errors.js';
import type { DeleteRangeRequest, RangeRequest } from '../../../src/model/messages/kv.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const options = (...argv: string[]) => parseCommand(registerDel, ['del', ...argv]) as DelCommandOptions;

const run = (...argv: string[]) => runWith({}, ...argv);

interface Surroundings {
  /** The answer of a person at a terminal; absent: there is nobody to ask. */
  readonly answer?: boolean;
  /** The number of keys, or why it cannot be read. */
  readonly count?: bigint | Error;
}

async function runWith({ answer, count = 2n }: Surroundings, ...argv: string[]) {
  const deleteRange = vi.fn(async (_request: DeleteRangeRequest) => ({ deleted: 2n, prevKvs: [] }));
  const range = vi.fn(async (_request: RangeRequest) => {
    if (typeof count !== 'bigint') throw count;
    return { kvs: [], count, more: false };
  });
  const questions: string[] = [];
  const confirm = async (question: string) => {
    questions.push(question);
    return answer === true;
  };
  const fake = fakeContext({
    connect: () => ({ kv: { deleteRange, range } as never }),
    prompt: { isInteractive: answer !== undefined, confirm },
  });
  const error = await runDel(options(...argv), fake.context).then(
    () => undefined,
    (failure: Error) => failure,
  );
  const [request] = deleteRange.mock.calls[0] ?? [];
  return { ...fake, questions, error, request, read: range.mock.calls.map(([each]) => each) };
}

describe('del', () => {
  it.each([[[]], [['a', 'b', 'c']]])('rejects %j', (argv) => {
    expect(() => options(...argv)).toThrow(
      'del command needs one argument as key and an optional argument as range_end',
    );
  });

  it('deletes one key at once', async () => {
    const { request, sleeps, emitted } = await run('k', '--prev-kv');
    expect(request).toEqual({ key: Buffer.from('k'), prevKv: true });
    expect(sleeps).toEqual([]);
    expect(emitted).toMatchObject([{ kind: 'delete-range', response: { deleted: 2n } }]);
  });

  it('waits two seconds before it deletes a range without --range', async () => {
    const { lines, sleeps, request } = await run('a"', 'b\udcff');
    expect(lines).toEqual([
      'Warning: Keys between "a\\"" and "b\\xff" will be deleted. Please interrupt the command within next 2 seconds ' +
        'to cancel. You can provide `--range` flag to avoid the delay.',
    ]);
    expect(sleeps).toEqual([2000]);
    expect(request).toMatchObject({ rangeEnd: Buffer.from('62ff', 'hex') });
  });

  it('does not wait with --range', async () => {
    const { lines, sleeps } = await run('a', 'b', '--range');
    expect([lines, sleeps]).toEqual([[], []]);
  });
});

describe('del of a range at a terminal', () => {
  it.each([
    [['registry/', '--prefix'], 12n, 'Delete 12 keys that begin with "registry/"?'],
    [['registry/', '--prefix'], 1n, 'Delete 1 key that begins with "registry/"?'],
    [['', '--prefix'], 1n, 'Delete the only key of the cluster?'],
    [['', '--prefix'], 12n, 'Delete all 12 keys of the cluster?'],
    [['', '--from-key'], 12n, 'Delete all 12 keys of the cluster?'],
    [['k', '--from-key'], 1n, 'Delete 1 key from "k" on?'],
    [['a', 'n', '--range'], 2n, 'Delete 2 keys from "a" up to "n"?'],
    [['a', 'n'], 2n, 'Delete 2 keys from "a" up to "n"?'],
  ])('asks with the number of keys: %j', async (argv, count, question) => {
    const { questions, read, request, lines, sleeps } = await runWith({ answer: true, count }, ...argv);
    expect(questions).toEqual([question]);
    expect(read).toMatchObject([{ countOnly: true, key: request?.key, rangeEnd: request?.rangeEnd }]);
    // No warning about two seconds, and no delay.
    expect([lines, sleeps]).toEqual([[], []]);
  });

  it('deletes nothing without a yes', async () => {
    const { request, error, emitted } = await runWith({ answer: false }, 'registry/', '--prefix');
    expect(request).toBeUndefined();
    expect(error?.message).toBe('nothing was deleted');
    expect(emitted).toEqual([]);
  });

  it('asks without a number when the keys cannot be read', async () => {
    const denied = new ServerError('etcdserver: permission denied', 'PermissionDenied');
    const { questions, request } = await runWith({ answer: true, count: denied }, 'a', '--prefix');
    expect(questions).toEqual(['Delete the keys that begin with "a"?']);
    expect(request).toBeDefined();
  });

  it.each([[['k']], [['a', '--prefix', '--yes']], [['a', 'n', '--yes']]])(
    'asks nothing: %j',
    async (argv) => {
      const { questions, read, request, sleeps } = await runWith({ answer: false }, ...argv);
      expect([questions, read, sleeps]).toEqual([[], [], []]);
      expect(request).toBeDefined();
    },
  );

  it('asks nothing when there is no key', async () => {
    const { questions, request } = await runWith({ answer: false, count: 0n }, 'a', '--prefix');
    expect(questions).toEqual([]);
    expect(request).toBeDefined();
  });
});

describe('del --dry-run', () => {
  it('lists the keys, counts them and deletes nothing', async () => {
    const { read, request, emitted, lines, sleeps } = await runWith({}, 'a', 'n', '--dry-run');
    expect(request).toBeUndefined();
    expect(read).toMatchObject([{ keysOnly: true }]);
    expect(emitted).toMatchObject([{ kind: 'range', response: { count: 2n } }]);
    expect([lines, sleeps]).toEqual([['2 keys would be deleted'], []]);
  });

  it('lists the values too with --prev-kv', async () => {
    const { read } = await runWith({}, 'a', '--prefix', '--dry-run', '--prev-kv');
    expect(read).toMatchObject([{ keysOnly: false }]);
  });
});
