import { DowngradeResponse } from '../../../src/wire/maintenance.js';
import { run } from '../../support/lab/program.js';
import { type Scene, type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

/** No downgrade is under way; `{previous}` is the minor version before the servers'. */
const none: Scene = {
  name: 'no downgrade',
  async set(lab) {
    await run(lab.newestEtcdctl, [...lab.flags(), 'downgrade', 'cancel']);
    return versionsOf(lab.version);
  },
};

const enabled: Scene = {
  name: 'a downgrade under way',
  async set(lab) {
    const versions = versionsOf(lab.version);
    await run(lab.newestEtcdctl, [...lab.flags(), 'downgrade', 'enable', versions.previous]);
    return versions;
  },
};

function versionsOf(version: string): { previous: string } {
  const [major, minor] = version.split('.');
  return { previous: `${major}.${Number(minor) - 1}` };
}

const FORMATS = ['simple', 'json', 'fields', 'table', 'protobuf'];

const asking: readonly SideBySideCase[] = [
  ...FORMATS.map((format) => ({
    run: `downgrade validate {previous} -w ${format}`,
    scene: none,
    ...(format === 'protobuf' && { message: DowngradeResponse }),
  })),
  { run: 'downgrade validate {previous}.0', scene: none },
  { run: 'downgrade validate 3.0', scene: none },
  { run: 'downgrade validate 9.9.9', scene: none },
  { run: 'downgrade validate x', scene: none },
  { run: 'downgrade validate {previous}', scene: enabled },
  { run: 'downgrade cancel', scene: none },
  { run: 'downgrade cancel surplus -w json', scene: none },
].map((each) => ({ ...each, since: '3.6' }));

const refused: readonly SideBySideCase[] = [
  { run: 'downgrade validate' },
  { run: 'downgrade validate 3.5 3.6' },
  { run: ['downgrade', 'validate', ''] },
  { run: 'downgrade enable' },
  { run: 'downgrade enable 3.5 3.6' },
  { run: ['downgrade', 'enable', ''] },
  { run: 'downgrade enable x' },
  { run: 'downgrade enable 1.0' },
  { run: 'downgrade validate 3.5 -w xml' },
  { run: 'downgrade val x' },
].map((each) => ({ ...each, since: '3.6' }));

const changing: readonly SideBySideCase[] = [
  ...FORMATS.flatMap((format) => [
    { run: `downgrade enable {previous} -w ${format}`, scene: none },
    { run: `downgrade cancel -w ${format}`, scene: enabled },
  ]),
  { run: 'downgrade enable {previous}', scene: enabled },
  { run: 'endpoint status -w fields', scene: enabled },
].map((each) => ({ ...each, since: '3.6', server: '3.6' }));

sideBySide('downgrade', [...asking, ...refused]);
sideBySide('downgrade that is done', changing, { reset: [] });
