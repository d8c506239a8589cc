/** The recipe of the container image; test/acceptance/ports/container.test.ts follows it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../../scripts/lib/paths.mjs';
import { dockerfile, lastOf, type Stage, stagesOf } from '../support/dockerfile.js';

const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };
const [archive, image] = stagesOf(dockerfile) as [Stage, Stage];

test('the linter has nothing to say about the Dockerfile', () => {
  expect(validate(dockerfile)).toEqual([]);
  expect(validate(dockerfile.replace('ENTRYPOINT', 'ENTRYPONIT'))).not.toEqual([]);
});

test('the image runs as a user with a number that is not root, the program itself, without a shell or a health check', () => {
  expect(lastOf(image, 'USER')?.text).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(lastOf(image, 'ENTRYPOINT')?.words).toEqual(['/usr/local/bin/etcdctl']);
  expect(lastOf(image, 'HEALTHCHECK')?.text).toBe('NONE');
  expect(image.instructions.map(({ keyword }) => keyword)).not.toContain('RUN');
});

test('both images have a registry and a tag', () => {
  for (const { image: name } of [archive, image]) expect(name).toMatch(/^[\w.]+\/[\w./-]+:[\w.-]+$/);
});

test('the image has the annotations of OCI, and what it is changes with the build', () => {
  const labels = lastOf(image, 'LABEL')?.text ?? '';
  const names = [...labels.matchAll(/org\.opencontainers\.image\.(\w+)="([^"]+)"/g)].map(([, name]) => name);
  expect(names).toEqual([
    'title',
    'description',
    'licenses',
    'source',
    'documentation',
    'version',
    'revision',
  ]);
  expect(labels).toContain('version="$VERSION"');
});

test('only the files that the Dockerfile copies are given to the build', () => {
  const sources = archive.instructions.flatMap(({ paths }) => paths.slice(0, -1));
  const files = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!dist/release/'))
    .map((line) => line.slice(1));
  expect(files.toSorted()).toEqual(sources.toSorted());
});

test('the CronJob uses the image of this version', () => {
  const job = parse(read('examples/backup/cronjob.yaml'));
  const [container] = job.spec.jobTemplate.spec.template.spec.containers;
  expect(container.image).toBe(`ghcr.io/etcdctl-ts/etcdctl-ts:${version}`);
  expect(container.command[0]).toBe(lastOf(image, 'ENTRYPOINT')?.words[0]);
});
