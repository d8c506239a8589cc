import { setTimeout as delay } from 'node:timers/promises';
import { compareVersions } from '../../../scripts/lib/version.mjs';
import { DowngradeResponse } from '../../../src/wire/etcdserver.js';
import type { Lab } from '../../support/lab/lab.js';
import { run } from '../../support/lab/program.js';
import {
  askingNoServer,
  type Scene,
  type SideBySideCase,
  sideBySide,
} from '../../support/lab/side-by-side.js';

/** No downgrade is under way; `{previous}` is the minor version before the servers'. */
const none: Scene = {
  name: 'no downgrade',
  async set(lab) {
    await run(lab.newestEtcdctl, [...lab.flags(), 'downgrade', 'cancel']);
    await reached(lab, minorOf(lab.version));
    return { previous: previousOf(lab.version) };
  },
};

/** A downgrade is enabled: the cluster version is the previous minor version. */
const enabled: Scene = {
  name: 'a downgrade under way',
  async set(lab) {
    const previous = previousOf(lab.version);
    const { stdout } = await lab.real(['endpoint', 'status', '-w', 'json']);
    if (!stdout.includes('"downgradeInfo":{"enabled":true')) {
      // Wait until a downgrade that was cancelled shortly before is over.
      await reached(lab, minorOf(lab.version));
      await lab.real(['downgrade', 'enable', previous]);
    }
    await reached(lab, previous);
    return { previous };
  },
};

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function previousOf(version: string): string {
  const [major, minor] = version.split('.');
  return `${major}.${Number(minor) - 1}`;
}

/** Waits for this cluster version, which the servers update every few seconds. Servers before 3.6 always have their own. */
async function reached(lab: Lab, version: string): Promise<void> {
  if (compareVersions(lab.version, '3.6') < 0) return;
  for (;;) {
    const response = await fetch(`${lab.cluster.endpoints[0]}/version`);
    const { etcdcluster, storage } = (await response.json()) as { etcdcluster: string; storage: string };
    if (minorOf(etcdcluster) === version && minorOf(storage) === version) return;
    await delay(50);
  }
}

const FORMATS = ['simple', 'json', 'fields', 'table', 'protobuf'];

const asking: readonly SideBySideCase[] = [
  ...FORMATS.map((format) => ({
    run: `downgrade validate {previous} -w ${format}`,
    scene: none,
    // On older servers the call fails before etcdctl checks the format.
    server: '3.6',
    ...(format === 'protobuf' && { message: DowngradeResponse }),
  })),
  { run: 'downgrade validate {previous}', scene: none },
  { run: 'downgrade validate {previous}.0', scene: none },
  { run: 'downgrade validate 3.0', scene: none },
  { run: 'downgrade validate 9.9.9', scene: none },
  { run: 'downgrade validate x', scene: none },
  { run: 'downgrade cancel', scene: none },
  { run: 'downgrade cancel surplus -w json', scene: none },
].map((each) => ({ ...each, since: '3.6' }));

const refused: readonly SideBySideCase[] = [
  ...askingNoServer([{ run: 'downgrade validate' }, { run: 'downgrade validate 3.5 3.6' }]),
  { run: ['downgrade', 'validate', ''] },
  ...askingNoServer([{ run: 'downgrade enable' }, { run: 'downgrade enable 3.5 3.6' }]),
  { run: ['downgrade', 'enable', ''] },
  { run: 'downgrade enable x' },
  { run: 'downgrade enable 1.0' },
  { run: 'downgrade validate 3.5 -w xml', asksNoServer: true },
  { run: 'downgrade val x' },
].map((each) => ({ ...each, since: '3.6' }));

/** Cases that change the version, which takes the servers some seconds. */
const changing: readonly SideBySideCase[] = [
  { run: 'downgrade enable {previous}', scene: none },
  { run: 'downgrade enable {previous} -w json', scene: none },
  { run: 'downgrade enable {previous}', scene: enabled },
  { run: 'downgrade validate {previous}', scene: enabled },
  {
    run: 'endpoint status -w fields',
    scene: enabled,
    mask: { pattern: /"(Raft\w*Index|DBSize\w*)" : \d+/g, replacement: '"$1" : <n>' },
  },
  { run: 'downgrade cancel', scene: enabled },
  { run: 'downgrade cancel -w json', scene: enabled },
].map((each) => ({ ...each, since: '3.6', server: '3.6' }));

sideBySide('downgrade', [...asking, ...refused]);
sideBySide('downgrade with changes', changing, { reset: [] });
