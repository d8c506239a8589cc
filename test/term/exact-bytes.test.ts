import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bytesFromText } from '../../src/go/bytes.js';
import { rawArguments, rawEnvironment } from '../../src/term/exact-bytes.js';

const folder = mkdtempSync(join(tmpdir(), 'exact-bytes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function commandLine(...args: readonly (string | Buffer)[]): string {
  const file = join(folder, 'cmdline');
  writeFileSync(file, Buffer.concat(args.flatMap((arg) => [Buffer.from(arg), Buffer.of(0)])));
  return file;
}

describe('rawArguments', () => {
  it('returns valid arguments without reading the file', () => {
    expect(rawArguments(['put', 'ä'], join(folder, 'none'))).toEqual(['put', 'ä']);
  });

  it('restores invalid bytes, after the arguments of node itself', () => {
    const file = commandLine('node', '--flag', 'etcdctl.js', 'put', Buffer.of(0x61, 0xff), '');
    const args = rawArguments(['put', 'a\ufffd', ''], file);
    expect(args.map((arg) => Buffer.from(bytesFromText(arg)).toString('hex'))).toEqual([
      '707574',
      '61ff',
      '',
    ]);
  });

  it('keeps a replacement character that is in the arguments', () => {
    expect(rawArguments(['\ufffd'], commandLine('node', '\ufffd'))).toEqual(['\ufffd']);
  });

  it('returns the decoded arguments when there is no such file', () => {
    expect(rawArguments(['\ufffd'], join(folder, 'none'))).toEqual(['\ufffd']);
  });
});

describe('rawEnvironment', () => {
  it('returns valid variables without reading the file', () => {
    const env = { A: 'ä' };
    expect(rawEnvironment(env, join(folder, 'none'))).toBe(env);
  });

  it.each([{ A: '\ufffd' }, { '\ufffd': '' }, { A: undefined }])('restores invalid bytes: %j', (damaged) => {
    const file = commandLine(
      'PLAIN==1',
      Buffer.from('A=\xff\n', 'latin1'),
      Buffer.from('\xfe=', 'latin1'),
      'A=2',
      'none',
      '',
    );
    const exact = rawEnvironment(damaged, file);
    expect(exact).toEqual({ PLAIN: '=1', A: '\udcff\n', '\udcfe': '' });
  });

  it('returns the decoded variables when there is no such file', () => {
    expect(rawEnvironment({ A: '\ufffd' }, join(folder, 'none'))).toEqual({ A: '\ufffd' });
  });
});
