import { PassThrough } from 'node:stream';
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
  it('gives a line, and the rest to the next reader', async () => {
    const input = inputOf('sec', 'ret\r\nval', Buffer.of(0xff, 0x0a));
    expect(await input.line()).toBe('secret');
    expect(await rest(input)).toBe('val\xff\n');
  });

  it('gives what there is when no newline comes', async () => {
    const input = inputOf('secret');
    expect(await input.line()).toBe('secret');
    expect(await input.line()).toBe('');
  });

  it('takes a password from a pipe as a line', async () => {
    expect(await inputOf('pw\nmore').hiddenLine(() => new Error('interrupted'))).toBe('pw');
  });

  it('is left when the signal aborts, while nothing comes', async () => {
    const stopping = new AbortController();
    const chunks = new Input(() => new PassThrough()).until(stopping.signal)[Symbol.asyncIterator]();
    const next = chunks.next();
    stopping.abort(new Error('interrupted'));
    await expect(next).rejects.toThrow('interrupted');
  });

  it('gives all bytes to whom a signal might stop', async () => {
    const input = inputOf('one\n', 'two');
    expect(await input.line()).toBe('one');
    const chunks: Uint8Array[] = [];
    for await (const chunk of input.until(new AbortController().signal)) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('two');
  });

  it('does not touch the stream before somebody reads', () => {
    const input = new Input(() => {
      throw new Error('opened');
    });
    expect(() => input.close()).not.toThrow();
  });
});
