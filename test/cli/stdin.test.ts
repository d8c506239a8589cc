import { describe, expect, it } from 'vitest';
import { lines, readAll } from '../../src/cli/stdin.js';

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

describe('lines', () => {
  it('joins lines across chunks, and drops text after the last newline', async () => {
    const read: string[] = [];
    const input = chunks(
      'a\nb',
      'c',
      '',
      'd\n\n',
      Buffer.of(0xe6, 0x97),
      Buffer.of(0xa5, 0x0a, 0xff, 0x0a),
      'end',
    );
    for await (const line of lines(input)) read.push(line);
    expect(read).toEqual(['a', 'bcd', '', '日', '\udcff']);
  });

  it('yields a line as soon as it is complete', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('first\nsecond\n');
      await new Promise(() => {});
    }
    const read = lines(endless());
    expect([(await read.next()).value, (await read.next()).value]).toEqual(['first', 'second']);
  });
});

describe('standard input that cannot be read', () => {
  // biome-ignore lint/correctness/useYield: it throws before the first chunk
  async function* refused(): AsyncGenerator<Uint8Array> {
    throw Object.assign(new Error('EBADF: bad file descriptor, read'), {
      code: 'EBADF',
      errno: -9,
      syscall: 'read',
    });
  }

  it('rejects with the message of Go', async () => {
    const expected = { message: 'read /dev/stdin: bad file descriptor', kind: 'input' };
    await expect(readAll(refused())).rejects.toMatchObject(expected);
    await expect(lines(refused()).next()).rejects.toMatchObject(expected);
  });

  it('passes on other errors unchanged', async () => {
    // biome-ignore lint/correctness/useYield: it throws before the first chunk
    async function* interrupted(): AsyncGenerator<Uint8Array> {
      throw new Error('interrupted');
    }
    await expect(readAll(interrupted())).rejects.toThrow('interrupted');
  });
});
