import { describe, expect, it, vi } from 'vitest';
import { parseComparison } from '../../../src/commands/v3/txn/comparison.js';
import { operationParser, toRequestOp } from '../../../src/commands/v3/txn/operation.js';
import { registerTxn, runTxn, type TxnOptions } from '../../../src/commands/v3/txn.js';
import { CompareResult, CompareTarget, SortOrder, type TxnRequest } from '../../../src/model/messages/kv.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const parseOperation = operationParser();
const request = (line: string) => toRequestOp(parseOperation(line)).request;

describe('txn: a comparison', () => {
  it.each([
    ['ver("k") = "1"', CompareTarget.version, 'version', 1n],
    ['version("k") = "-1"', CompareTarget.version, 'version', -1n],
    ['c("k") = "2"', CompareTarget.create, 'createRevision', 2n],
    ['create("k") = "2"', CompareTarget.create, 'createRevision', 2n],
    ['m("k") = "9007199254740993"', CompareTarget.mod, 'modRevision', 9007199254740993n],
    ['mod("k") = `3`', CompareTarget.mod, 'modRevision', 3n],
    ['val("k") = "v"', CompareTarget.value, 'value', Buffer.from('v')],
    ['value("k") = ""', CompareTarget.value, 'value', Buffer.alloc(0)],
    ['lease("k") = "7fffffffffffffff"', CompareTarget.lease, 'lease', 0x7fffffffffffffffn],
  ])('%s', (line, target, $case, value) => {
    expect(parseComparison(line)).toEqual({
      key: Buffer.from('k'),
      result: CompareResult.equal,
      target,
      targetUnion: { $case, value },
    });
  });

  it.each([
    ['=', CompareResult.equal],
    ['!=', CompareResult.notEqual],
    ['>', CompareResult.greater],
    ['<', CompareResult.less],
  ])('parses the operator %s', (operator, result) => {
    expect(parseComparison(`mod("k") ${operator} "0"`).result).toBe(result);
  });

  it('accepts any bytes, and any text after the operand', () => {
    const { key, targetUnion } = parseComparison(
      'val( "\\xff\\"(" ) = "x"'.replace(' )', ')').concat('junk'),
    );
    expect([Buffer.from(key).toString('hex'), targetUnion.value]).toEqual(['ff2228', Buffer.from('x')]);
  });

  it.each([
    ['blah', 'malformed comparison: blah'],
    ['mod("k") = "x"', 'invalid txn compare request: mod("k") = "x"'],
    ['mod("k") == "1"', 'invalid txn compare request: mod("k") == "1"'],
    ['x("k") == "1"', 'malformed comparison: x("k") == "1" (unknown target x)'],
    ['mod(k) = "1"', 'malformed comparison: mod(k) = "1"; got mod("")  ""'],
    ['mod("k")= "1"', 'malformed comparison: mod("k")= "1"; got mod("k")  ""'],
    ['mod("k" ) = "1"', 'malformed comparison: mod("k" ) = "1"; got mod("k")  ""'],
    ['mod("k") ="1"', 'malformed comparison: mod("k") ="1"; got mod("k") ="1" ""'],
    ['mod("k") > "1', 'malformed comparison: mod("k") > "1; got mod("k") > ""'],
  ])('rejects %s', (line, message) => {
    expect(() => parseComparison(line)).toThrow(expect.objectContaining({ message, kind: 'input' }));
  });
});

describe('txn: a request', () => {
  it('does not inherit flags of the line before', () => {
    const parse = operationParser();
    const plain = parse('get k');
    expect(parse('get k --prefix --limit=2 --keys-only')).not.toEqual(plain);
    expect(parse('get k')).toEqual(plain);
    const two = parse('get k --limit=2');
    expect(() => parse('get k --keys-only --prefix=no')).toThrow('invalid txn request');
    expect(parse('get k')).toEqual(plain);
    expect(parse('get k --limit=2')).toEqual(two);
  });

  it('is parsed like a command line', () => {
    expect(request('get k --prefix --limit 2 --order=DESCEND')).toMatchObject({
      $case: 'requestRange',
      value: { key: Buffer.from('k'), rangeEnd: Buffer.from('l'), limit: 2n, sortOrder: SortOrder.descend },
    });
    expect(request('put --lease=ff "a key" \'a value\' --prev-kv')).toMatchObject({
      $case: 'requestPut',
      value: { key: Buffer.from('a key'), value: Buffer.from('a value'), lease: 255n, prevKv: true },
    });
    expect(request('put k --ignore-value')).toMatchObject({ value: { ignoreValue: true } });
    expect(request('d k l --range')).toMatchObject({
      $case: 'requestDeleteRange',
      value: { key: Buffer.from('k'), rangeEnd: Buffer.from('l') },
    });
    expect(request('--prefix=true get k')).toMatchObject({ value: { rangeEnd: Buffer.from('l') } });
  });

  it.each([
    ['get', 'invalid txn compare request: get', 'input'],
    ['lease list', 'invalid txn request: lease list', 'input'],
    ['get k --nonsense', 'invalid txn request: get k --nonsense', 'input'],
    ['get k -w json', 'invalid txn request: get k -w json', 'input'],
    ['get k --limit=x', 'invalid txn request: get k --limit=x', 'input'],
    ['get --help', 'invalid txn request: get --help', 'input'],
    ['help get', 'invalid txn request: help get', 'input'],
    ['put "\\q" v', 'invalid syntax', 'input'],
    ['put k', 'put command needs 1 argument and input from stdin or 2 arguments', 'arguments'],
    ['get k --consistency=x', 'unknown consistency flag "x"', 'choice'],
    [
      'put k v --lease=x',
      'bad lease ID (strconv.ParseInt: parsing "x": invalid syntax), expecting ID in Hex',
      'arguments',
    ],
  ])('rejects %s', (line, message, kind) => {
    expect(() => request(line)).toThrow(expect.objectContaining({ message, kind }));
  });
});

const PROMPTS = ['compares:\n', 'success requests (get, put, del):\n', 'failure requests (get, put, del):\n'];

describe('txn: the run', () => {
  const txn = vi.fn(async (_request: TxnRequest) => ({ header: undefined, succeeded: true, responses: [] }));
  const run = async (stdin: string, isInteractive = false) => {
    txn.mockClear();
    const faked = fakeContext({ stdin: [stdin], connect: () => ({ kv: { txn } as never }) });
    const failure = await runTxn({ isInteractive }, faked.context).catch((error: unknown) => error);
    return { ...faked, failure, sent: txn.mock.calls[0]?.[0] };
  };

  it('accepts no arguments', () => {
    const options = (...argv: string[]) => parseCommand(registerTxn, ['txn', ...argv]) as TxnOptions;
    expect(options('-i')).toEqual({ isInteractive: true });
    expect(() => options('x')).toThrow('txn command does not accept argument');
  });

  it('sends the three lists', async () => {
    const { sent, emitted } = await run('mod("k") > "0"\r\n \r\nput k v\nget k\n\ndel k\n\nignored');
    expect(sent?.compare).toHaveLength(1);
    expect(sent?.success.map((op) => op.request.$case)).toEqual(['requestPut', 'requestRange']);
    expect(sent?.failure.map((op) => op.request.$case)).toEqual(['requestDeleteRange']);
    expect(emitted).toEqual([expect.objectContaining({ kind: 'txn' })]);
  });

  it.each([
    ['', 1],
    ['mod("k") > "0"', 1],
    ['\n', 2],
    ['\n\n', 3],
    ['\n\nget k\n', 3],
    ['\n\n ', 3],
  ])('fails with EOF on %j, after the prompts of the sections that it reads', async (stdin, prompts) => {
    const { failure, sent, emitted } = await run(stdin, true);
    expect(failure).toMatchObject({ message: 'EOF', kind: 'input' });
    expect(sent).toBeUndefined();
    expect(emitted).toEqual(PROMPTS.slice(0, prompts).map((text) => ({ kind: 'text', text })));
  });

  it('waits before it sends the deletion of a range', async () => {
    const { lines, sleeps, sent } = await run('\n\ndel a b\n\n');
    expect(lines).toEqual([expect.stringContaining('Keys between "a" and "b" will be deleted')]);
    expect(sleeps).toEqual([2000]);
    expect(sent?.failure).toHaveLength(1);
  });
});
