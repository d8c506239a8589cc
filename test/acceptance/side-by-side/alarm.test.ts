import { setTimeout as delay } from 'node:timers/promises';
import { AlarmResponse } from '../../../src/wire/etcdserver.js';
import type { Lab } from '../../support/lab/lab.js';
import { run } from '../../support/lab/program.js';
import {
  askingNoServer,
  type Scene,
  type SideBySideCase,
  sideBySide,
} from '../../support/lab/side-by-side.js';

/** Smaller than an empty store: any put raises the alarm. */
const TINY_QUOTA = ['--quota-backend-bytes=16384'];

const alarms = async (lab: Lab) => (await lab.real(['alarm', 'list'])).stdout.toString();

const noSpace: Scene = {
  name: 'an alarm',
  async set(lab) {
    while ((await alarms(lab)) === '') {
      await run(lab.etcdctl, [...lab.flags(), 'put', 'a', '1']);
      await delay(20);
    }
    return {};
  },
};

/** Go's protobuf text format has one or two spaces, depending on the build of the program, and one or none at its end. */
const mask = {
  pattern: / +\n?/g,
  replacement: (match: string) => (match.endsWith('\n') ? '\n' : ' '),
};

/** etcdctl 3.5 does not print the fields of an answer without alarms. */
const sinceOf = (format: string) => (format === 'fields' ? { since: '3.6' } : {});

const quietIn = (format: string): readonly SideBySideCase[] => [
  { run: `alarm list -w ${format}` },
  { run: `alarm list -w ${format} --hex`, since: '3.6' },
  ...(format === 'table' ? [] : [{ run: `alarm disarm -w ${format}`, ...sinceOf(format) }]),
];

const quiet: readonly SideBySideCase[] = [
  ...['simple', 'json', 'fields', 'table', 'protobuf'].flatMap(quietIn),
  { run: 'alarm disarm -w table' },
  ...askingNoServer([
    { run: 'alarm list all' },
    { run: 'alarm disarm all' },
    { run: 'alarm list -w xml' },
    { run: 'alarm list --nonsense' },
  ]),
  { run: 'alarm d' },
  { run: 'al list' },
];

const armed: readonly SideBySideCase[] = ['simple', 'json', 'fields', 'table', 'protobuf'].flatMap(
  (format) => [
    { run: `alarm list -w ${format}`, scene: noSpace, mask },
    { run: `alarm list -w ${format} --hex`, scene: noSpace, since: '3.6', mask },
    {
      run: `alarm disarm -w ${format}`,
      scene: noSpace,
      mask,
      ...sinceOf(format),
      ...(format === 'protobuf' && { message: AlarmResponse }),
    },
  ],
);

sideBySide('alarm', quiet);
sideBySide('alarm over TLS', ['simple', 'json'].flatMap(quietIn), { profile: 'tls' });
sideBySide('alarm after it was raised', armed, { extraArgs: TINY_QUOTA, reset: [] });
sideBySide(
  'endpoint health with an alarm',
  ['simple', 'json', 'fields'].map((format) => ({
    run: `endpoint health -w ${format}`,
    scene: noSpace,
    since: '3.5',
    mask: { pattern: /\b\d+(?:\.\d+)?(?:Âµs|ms|s)\b/g, replacement: '<duration>' },
  })),
  { extraArgs: TINY_QUOTA, reset: [] },
);
