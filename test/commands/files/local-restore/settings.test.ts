import { describe, expect, it } from 'vitest';
import {
  chooseDirectories,
  chooseMember,
  type SettingsSources,
} from '../../../../src/commands/files/local-restore/settings.js';
import type { SnapshotRestoreOptions } from '../../../../src/commands/files/snapshot-restore.js';

const OPTIONS: SnapshotRestoreOptions = {
  snapshotPath: 'a.db',
  dataDirectory: 'default.etcd',
  walDirectory: undefined,
  name: 'default',
  initialCluster: 'default=http://localhost:2380',
  clusterToken: 'etcd-cluster',
  advertisedUrls: ['http://localhost:2380'],
  skipHashCheck: false,
  revisionBump: 0n,
  targetVersion: undefined,
  local: undefined,
};

const ETCD: SettingsSources['etcd'] = {
  layout: 'kubeadm',
  source: '/stopped/etcd.yaml',
  endpoints: [],
  member: {
    name: 'cp-1',
    dataDirectory: '/var/lib/etcd',
    peerUrls: ['https://10.0.0.11:2380'],
    initialCluster: 'cp-1=https://10.0.0.11:2380',
  },
};

const memberAt = (number: number) => ({
  id: BigInt(number),
  name: `cp-${number}`,
  peerUrls: [`https://10.0.0.1${number}:2380`],
});
const [ONE, TWO] = [memberAt(1), memberAt(2)];

const BOTH = 'cp-1=https://10.0.0.11:2380,cp-2=https://10.0.0.12:2380';

/** The settings by their flags, with the origin in brackets when it is not the configuration. */
function chosen(changes: Partial<SettingsSources> & { readonly flags?: Partial<SnapshotRestoreOptions> }) {
  const { flags = {}, ...sources } = changes;
  const options = { ...OPTIONS, ...flags };
  const { origins } = chooseMember({ options, given: new Set(), etcd: ETCD, stored: undefined, ...sources });
  return origins.map(({ value, origin }) => (origin === ETCD.source ? value : `${value} [${origin}]`));
}

const memberOf = (member: Partial<SettingsSources['etcd']['member']>): SettingsSources['etcd'] => ({
  ...ETCD,
  member: { ...ETCD.member, ...member },
});

describe('the settings of a restore on a node', () => {
  it('are those of its configuration', () => {
    expect(chosen({})).toEqual([
      'cp-1',
      'https://10.0.0.11:2380',
      'cp-1=https://10.0.0.11:2380',
      'etcd-cluster [the default of etcd]',
    ]);
    expect(chosen({ etcd: memberOf({ initialClusterToken: 't' }) }).at(-1)).toBe('t');
    const { initialCluster: _none, ...rest } = ETCD.member;
    expect(chosen({ etcd: { ...ETCD, member: rest } })[2]).toBe('cp-1=https://10.0.0.11:2380');
  });

  it('have the members of the old data, which the configuration of the first member lacks', () => {
    expect(chosen({ stored: { members: [TWO, ONE], ownId: 1n } }).slice(1, 3)).toEqual([
      'https://10.0.0.11:2380 [the old data]',
      `${BOTH} [the old data]`,
    ]);
  });

  it('are replaced by flags one by one, those with the default value too', () => {
    const stored = { members: [ONE, TWO], ownId: 1n };
    const token = { clusterToken: 'etcd-cluster' };
    const etcd = memberOf({ initialClusterToken: 't' });
    expect(chosen({ etcd, stored, flags: token, given: new Set(['initial-cluster-token']) }).at(-1)).toBe(
      'etcd-cluster [--initial-cluster-token]',
    );
    const flags = { advertisedUrls: ['https://10.9.9.9:2380'] };
    expect(chosen({ stored, flags, given: new Set(['initial-advertise-peer-urls']) }).slice(1, 3)).toEqual([
      'https://10.9.9.9:2380 [--initial-advertise-peer-urls]',
      'cp-1=https://10.9.9.9:2380,cp-2=https://10.0.0.12:2380 [the old data]',
    ]);
    const cluster = { initialCluster: 'cp-1=https://10.8.8.8:2380' };
    expect(chosen({ stored, flags: cluster, given: new Set(['initial-cluster']) }).slice(1, 3)).toEqual([
      'https://10.8.8.8:2380 [--initial-cluster]',
      'cp-1=https://10.8.8.8:2380 [--initial-cluster]',
    ]);
    expect(
      chosen({ stored, flags: { name: 'cp-2' }, given: new Set(['name']), etcd: memberOf({ peerUrls: [] }) }),
    ).toEqual([
      'cp-2 [--name]',
      'https://10.0.0.12:2380 [the old data]',
      `${BOTH} [the old data]`,
      'etcd-cluster [the default of etcd]',
    ]);
  });

  it('have the new address of a single member that was moved', () => {
    const moved = memberOf({
      peerUrls: ['https://10.0.0.99:2380'],
      initialCluster: 'cp-1=https://10.0.0.99:2380',
    });
    const stored = { members: [ONE], ownId: 1n };
    expect(chosen({ etcd: moved, stored })[2]).toBe('cp-1=https://10.0.0.99:2380');
  });

  it('are refused when configuration and old data differ and there are other members', () => {
    const moved = memberOf({ peerUrls: ['https://10.0.0.99:2380'] });
    expect(() => chosen({ etcd: moved, stored: { members: [ONE, TWO], ownId: 1n } })).toThrow(
      'the peer URLs of cp-1 are https://10.0.0.99:2380 in /stopped/etcd.yaml, and https://10.0.0.11:2380 in the old data',
    );
  });

  it('come from the old data when only the certificates are left', () => {
    const etcd: SettingsSources['etcd'] = {
      layout: 'certificates',
      source: '/etc/kubernetes/pki/etcd',
      endpoints: [],
      member: { dataDirectory: '/var/lib/etcd', peerUrls: [] },
    };
    expect(chosen({ etcd, stored: { members: [ONE, TWO], ownId: 2n } })).toEqual([
      'cp-2 [the old data]',
      'https://10.0.0.12:2380 [the old data]',
      `${BOTH} [the old data]`,
      'etcd-cluster [the default of etcd]',
    ]);
    expect(() => chosen({ etcd })).toThrow('the name of the member is not known: give --name');
    expect(() => chosen({ etcd, flags: { name: 'x' }, given: new Set(['name']) })).toThrow(
      'the peer URLs of x are not known: give --initial-advertise-peer-urls',
    );
  });
});

describe('the directories of a restore on a node', () => {
  const directories = (
    changes: Partial<SettingsSources> & { readonly flags?: Partial<SnapshotRestoreOptions> },
  ) => {
    const { flags = {}, ...sources } = changes;
    return chooseDirectories({ options: { ...OPTIONS, ...flags }, given: new Set(), etcd: ETCD, ...sources });
  };

  it('are those of the configuration, or of a flag', () => {
    expect(directories({})).toEqual({
      data: { value: '/var/lib/etcd', origin: ETCD.source },
      wal: undefined,
    });
    const given = new Set(['data-dir', 'wal-dir']);
    expect(directories({ given, flags: { dataDirectory: '/d', walDirectory: '/w' } })).toEqual({
      data: { value: '/d', origin: '--data-dir' },
      wal: { value: '/w', origin: '--wal-dir' },
    });
  });

  it('have no WAL directory of their own when it is the usual one', () => {
    expect(directories({ etcd: memberOf({ walDirectory: '/var/lib/etcd/member/wal' }) }).wal).toBeUndefined();
    expect(directories({ etcd: memberOf({ walDirectory: '/var/lib/wal' }) }).wal?.value).toBe('/var/lib/wal');
  });

  it('have to be known', () => {
    const { dataDirectory: _none, ...member } = ETCD.member;
    expect(() => directories({ etcd: { ...ETCD, member } })).toThrow(
      '/stopped/etcd.yaml names no data directory: give --data-dir',
    );
  });
});
