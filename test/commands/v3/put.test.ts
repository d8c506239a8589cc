import { describe, expect, it, vi } from 'vitest';
import { type PutOptions, registerPut, runPut } from '../../../src/commands/v3/put.js';
import type { PutRequest } from '../../../src/model/messages/kv.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const options = (...argv: string[]) => parseCommand(registerPut, ['put', ...argv]) as PutOptions;
const WRONG_ARGUMENTS = 'put command needs 1 argument and input from stdin or 2 arguments';

/** The request of the command line, with this standard input. */
async function sent(
  argv: readonly string[],
  stdin: readonly (string | Uint8Array)[] = [],
): Promise<PutRequest> {
  const put = vi.fn(async (_request: PutRequest) => ({ header: undefined }));
  const { context } = fakeContext({ stdin, connect: () => ({ kv: { put } as never }) });
  await runPut(options(...argv), context);
  return put.mock.calls[0]?.[0] as PutRequest;
}

describe('put', () => {
  it.each([
    [[], WRONG_ARGUMENTS],
    [['k', 'v', '--ignore-value'], "put command needs only 1 argument when 'ignore-value' is set"],
    [
      ['k', 'v', '--lease=zz'],
      'bad lease ID (strconv.ParseInt: parsing "zz": invalid syntax), expecting ID in Hex',
    ],
  ])('rejects %j', (argv, message) => {
    expect(() => options(...argv)).toThrow(expect.objectContaining({ message, kind: 'arguments' }));
  });

  it('sends key, value and lease', async () => {
    expect(await sent(['k', 'v', '--lease=7fffffffffffffff', '--prev-kv'])).toEqual({
      key: Buffer.from('k'),
      value: Buffer.from('v'),
      lease: 0x7fffffffffffffffn,
      prevKv: true,
      ignoreValue: false,
      ignoreLease: false,
    });
  });

  it('accepts a value with a dash after --', async () => {
    expect(await sent(['--', '-k', '-v'])).toMatchObject({
      key: Buffer.from('-k'),
      value: Buffer.from('-v'),
    });
  });

  it('reads the value from stdin byte for byte', async () => {
    const { value } = await sent(['k'], [Buffer.of(0, 0xff), '\n']);
    expect(Buffer.from(value ?? []).toString('hex')).toBe('00ff0a');
  });

  it('rejects an empty stdin before it connects', async () => {
    const { context } = fakeContext();
    await expect(runPut(options('k'), context)).rejects.toMatchObject({ message: WRONG_ARGUMENTS });
  });

  it('sends no value with --ignore-value, and does not read stdin', async () => {
    const request = await sent(['k', '--ignore-value'], ['not read']);
    expect(request).toMatchObject({ value: new Uint8Array(0), ignoreValue: true });
  });
});
