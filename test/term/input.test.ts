import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Input } from '../../src/term/input.js';

function inputOf(...chunks: readonly (string | Uint8Array)[]) {
  const stream = new PassThrough();
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  return new Input(() => stream);
}

async function rest(input: Input): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

describe('Input', () => {
  it('returns a line, and the rest to the next reader', async () => {
    const input = inputOf('sec', 'ret\r\nval', Buffer.of(0xff, 0x0a));
    expect(await input.line()).toBe('secret');
    expect(await rest(input)).toBe('val\xff\n');
  });

  it('returns the last line without a newline, then empty lines', async () => {
    const input = inputOf('secret');
    expect(await input.line()).toBe('secret');
    expect(await input.line()).toBe('');
  });

  it('tells the end of the input from an empty line', async () => {
    const input = inputOf('\n');
    expect(await input.lineUnlessEnded()).toBe('');
    expect(await input.lineUnlessEnded()).toBeUndefined();
  });

  it('discards what was typed before a question', async () => {
    const stream = new PassThrough();
    const input = new Input(() => stream);
    stream.write('y\ny\n');
    expect(await input.line()).toBe('y');
    stream.write('y\n');
    input.discardTypedAhead();
    stream.write('n\n');
    expect(await input.line()).toBe('n');
  });

  it('reads a hidden line from a pipe like any line', async () => {
    expect(await inputOf('pw\nmore').hiddenLine(() => new Error('interrupted'))).toBe('pw');
  });

  it('rejects when the signal aborts while it waits for input', async () => {
    const stopping = new AbortController();
    const chunks = new Input(() => new PassThrough()).abortable(stopping.signal)[Symbol.asyncIterator]();
    const next = chunks.next();
    stopping.abort(new Error('interrupted'));
    await expect(next).rejects.toThrow('interrupted');
  });

  it('returns all bytes to an abortable reader', async () => {
    const input = inputOf('one\n', 'two');
    expect(await input.line()).toBe('one');
    const chunks: Uint8Array[] = [];
    for await (const chunk of input.abortable(new AbortController().signal)) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('two');
  });

  it('does not open the stream before the first read', () => {
    const input = new Input(() => {
      throw new Error('opened');
    });
    expect(() => input.close()).not.toThrow();
  });

  it('that is taken whole has nothing for another reader', async () => {
    const input = inputOf('pw\n', 'more');
    const stop = () => new Error('interrupted');
    expect(Buffer.from(await input.takeAll('--password-file', 100, stop)).toString()).toBe('pw\nmore');
    const message = '--password-file reads standard input: nothing else can be read from it';
    await expect(input.line()).rejects.toMatchObject({ message, kind: 'flag' });
    await expect(rest(input)).rejects.toThrow(message);
    await expect(input.takeAll('--user-file', 100, stop)).rejects.toThrow(message);
  });

  it('takes little more than its limit from input without an end', async () => {
    const zeros = new Readable({ read: () => zeros.push(Buffer.alloc(1000)) });
    const taken = await new Input(() => zeros).takeAll('--password-file', 4096, () => new Error());
    expect(taken.length).toBeGreaterThan(4096);
    expect(taken.length).toBeLessThanOrEqual(5096);
  });
});
