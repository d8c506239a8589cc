import { describe, expect, it, vi } from 'vitest';
import { type DelOptions, registerDel, runDel } from '../../../src/commands/v3/del.js';
import type { DeleteRangeRequest } from '../../../src/model/messages/kv.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const options = (...argv: string[]) => parseCommand(registerDel, ['del', ...argv]) as DelOptions;

async function run(...argv: string[]) {
  const deleteRange = vi.fn(async (_request: DeleteRangeRequest) => ({ deleted: 2n, prevKvs: [] }));
  const fake = fakeContext({ connect: () => ({ kv: { deleteRange } as never }) });
  await runDel(options(...argv), fake.context);
  return { ...fake, request: deleteRange.mock.calls[0]?.[0] };
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
