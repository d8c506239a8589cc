import { describe, expect, it, vi } from 'vitest';
import {
  type CompactionOptions,
  registerCompaction,
  runCompaction,
} from '../../../src/commands/v3/compaction.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const options = (...argv: string[]) =>
  parseCommand(registerCompaction, ['compaction', ...argv]) as CompactionOptions;

describe('compaction', () => {
  it.each([
    [[], 'compaction command needs 1 argument', 'arguments'],
    [['1', '2'], 'compaction command needs 1 argument', 'arguments'],
    [['x'], 'strconv.ParseInt: parsing "x": invalid syntax', 'flag'],
    [['0x10'], 'strconv.ParseInt: parsing "0x10": invalid syntax', 'flag'],
    [['9223372036854775808'], 'strconv.ParseInt: parsing "9223372036854775808": value out of range', 'flag'],
  ])('rejects %j', (argv, message, kind) => {
    expect(() => options(...argv)).toThrow(expect.objectContaining({ message, kind }));
  });

  it.each([
    [['9223372036854775807'], { revision: 9223372036854775807n, physical: false }],
    [['--physical', '7'], { revision: 7n, physical: true }],
    [['--', '-7'], { revision: -7n, physical: false }],
  ])('sends the request of %j and prints the revision', async (argv, request) => {
    const compact = vi.fn(async () => ({ header: undefined }));
    const { context, emitted } = fakeContext({ connect: () => ({ kv: { compact } as never }) });
    await runCompaction(options(...argv), context);
    expect(compact).toHaveBeenCalledWith(request, { signal: context.signal });
    expect(emitted).toEqual([{ kind: 'text', text: `compacted revision ${request.revision}\n` }]);
  });
});
