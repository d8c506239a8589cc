import { describe, expect, it } from 'vitest';
import { type MainInput, main } from '../src/main.js';

const plain = (text: string) => text;

/** The exit status, and the text on stderr, when `version` fails with this error. */
async function reported(error: Error) {
  let text = '';
  const output = {
    out: () => {
      throw error;
    },
    err: (line: string) => {
      text += line;
    },
    flush: async () => undefined,
  };
  const code = await main({
    program: 'etcdutl',
    args: ['version'],
    env: {},
    output: output as unknown as MainInput['output'],
    input: { abortable: () => undefined } as unknown as MainInput['input'],
    display: {},
    loadPalette: async () => ({ failure: plain, spinner: plain }) as never,
    signal: new AbortController().signal,
  } as unknown as MainInput);
  return { code, text };
}

describe('an error that no command has handled', () => {
  it('is reported in the words of the system when a system call has failed', async () => {
    const error = Object.assign(new Error('EMFILE: …'), {
      code: 'EMFILE',
      errno: -24,
      syscall: 'open',
      path: '/x',
    });
    expect(await reported(error)).toEqual({ code: 1, text: 'Error: open /x: too many open files\n' });
  });

  it('is reported when memory cannot be allocated', async () => {
    const error = new RangeError('Array buffer allocation failed');
    expect(await reported(error)).toEqual({ code: 1, text: 'Error: cannot allocate memory\n' });
  });

  it('is reported as an internal error with its stack otherwise', async () => {
    const { code, text } = await reported(new TypeError('x is not a function'));
    expect(code).toBe(1);
    expect(text).toMatch(/^TypeError: x is not a function\n {4}at [\s\S]*\nError: internal error/);
  });
});
