import { expect, test } from 'vitest';
import { changesOf, versionMistakes } from '../../scripts/lib/release/version-of-tag.mjs';

const changelog = `# Changelog

## Unreleased

## 0.2.0 - 2026-01-02

### Added

- one

## 0.1.0 - 2025-12-01

- older
`;
const image = 'ghcr.io/etcdctl-ts/etcdctl-ts:0.2.0';
const files = {
  version: '0.2.0',
  changelog,
  example: `  image: ${image}\n`,
  install: `V=0.2.0\ndocker run ${image} version\nV=0.2.0\netcdctl-ts-0.2.0-linux-x64.tar.gz: OK\netcdctl-ts-*.tgz\n`,
};

test('a tag that agrees with the files is right, and the notes are the section of its version', () => {
  expect(versionMistakes('v0.2.0', files)).toEqual([]);
  expect(changesOf('0.2.0', changelog)).toBe('### Added\n\n- one');
  expect(changesOf('0.1.0', changelog)).toBe('- older');
});

test.each([
  ['another tag', 'v0.2.1', {}, 'the tag is "v0.2.1", and the version in package.json 0.2.0'],
  [
    'no section in the changelog',
    'v0.2.0',
    { changelog: changelog.replace('0.2.0', '0.2.0-rc.1') },
    'CHANGELOG.md has no section "## 0.2.0 - YYYY-MM-DD" with entries',
  ],
  [
    'an image of another version',
    'v0.2.0',
    { example: '  image: ghcr.io/etcdctl-ts/etcdctl-ts:0.2.01\n' },
    'examples/backup/cronjob.yaml does not use ghcr.io/etcdctl-ts/etcdctl-ts:0.2.0',
  ],
  [
    'instructions for another version',
    'v0.2.0',
    { install: `${files.install}V=0.1.0\n` },
    'docs/install.md names 0.1.0, not 0.2.0',
  ],
  [
    'a second image of another version',
    'v0.2.0',
    { install: `${files.install}  ghcr.io/etcdctl-ts/etcdctl-ts:0.1.0 --local\n` },
    'docs/install.md names 0.1.0, not 0.2.0',
  ],
  [
    'the name of a file of another version',
    'v0.2.0',
    { install: `${files.install}etcdctl-ts-0.1.0-linux-x64.tar.gz: OK\n` },
    'docs/install.md names 0.1.0, not 0.2.0',
  ],
  [
    'instructions without the image',
    'v0.2.0',
    { install: 'V=0.2.0\n' },
    `docs/install.md does not use ${image}`,
  ],
])('is refused: %s', (_what, tag, changed, mistake) => {
  expect(versionMistakes(tag, { ...files, ...changed })).toEqual([mistake]);
});

test.each(['', '0.2.0', 'v0.2', 'v0.2.0-rc.1', 'v0.2.0+1', 'v00.2.0'])('a tag is not plain: "%s"', (tag) => {
  const version = tag.slice(1);
  expect(versionMistakes(tag, { ...files, version })).toContain(
    `the tag is "${tag}", and only tags such as v0.2.0 are released`,
  );
});
