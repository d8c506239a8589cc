import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { sourceDigest } from '../../scripts/lib/test-record.mjs';

it('makes a digest of contents and modes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'digest-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
  const file = join(folder, 'script');
  const digests = ['one', 'two'].map((text) => {
    writeFileSync(file, text);
    return sourceDigest(folder);
  });
  chmodSync(file, 0o400);
  digests.push(sourceDigest(folder));
  expect(digests).not.toContain(undefined);
  expect(new Set(digests).size).toBe(3);
});
