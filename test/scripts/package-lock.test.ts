import { expect, test } from 'vitest';
import {
  packagesWithoutIntegrity,
  readPackageLock,
  withIntegrities,
} from '../../scripts/lib/package-lock.mjs';

const lock = {
  packages: {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.2.3', integrity: 'sha512-a', license: 'MIT' },
    'node_modules/a/node_modules/@scope/b': { version: '2.0.0', optional: true, os: ['darwin'] },
    'node_modules/c': { link: true },
    'node_modules/d': { name: 'other', version: '3.0.0' },
  },
};

test('package-lock.json has an integrity for every package (npm run lockfile adds them)', () => {
  expect(packagesWithoutIntegrity(readPackageLock())).toEqual([]);
});

test('a package without integrity is found, whatever its name and wherever its folder', () => {
  expect(packagesWithoutIntegrity(lock)).toEqual([
    { folder: 'node_modules/a/node_modules/@scope/b', name: '@scope/b', version: '2.0.0' },
    { folder: 'node_modules/d', name: 'other', version: '3.0.0' },
  ]);
});

test('an integrity is added where npm writes it, and nothing else changes', () => {
  const folder = 'node_modules/a/node_modules/@scope/b';
  const completed = withIntegrities(lock, new Map([[folder, 'sha512-b']]));

  expect(Object.entries(completed.packages[folder] ?? {})).toEqual([
    ['version', '2.0.0'],
    ['integrity', 'sha512-b'],
    ['optional', true],
    ['os', ['darwin']],
  ]);
  expect({ ...completed.packages, [folder]: undefined }).toEqual({ ...lock.packages, [folder]: undefined });
});

test('package-lock.json names no registry', () => {
  expect(JSON.stringify(readPackageLock())).not.toContain('"resolved"');
});
