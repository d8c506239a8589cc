import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exposedKeyWarning } from '../../../src/transport/tls/files.js';

const folder = mkdtempSync(path.join(tmpdir(), 'key-permissions-'));
const file = path.join(folder, 'tls.key');
writeFileSync(file, '');
afterAll(() => rmSync(folder, { recursive: true }));

test.runIf(process.platform !== 'win32').each([
  [0o644, true],
  [0o604, true],
  [0o600, false],
  [0o640, false],
])('a key of mode %o: warned of is %s', (mode, isWarned) => {
  chmodSync(file, mode);
  expect(exposedKeyWarning(file) !== undefined).toBe(isWarned);
});

test('there is no warning for a missing file, or without a file', () => {
  expect(exposedKeyWarning(path.join(folder, 'nowhere'))).toBeUndefined();
  expect(exposedKeyWarning(undefined)).toBeUndefined();
});
