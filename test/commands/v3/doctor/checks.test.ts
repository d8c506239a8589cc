import { describe, expect, it } from 'vitest';
import { CommandLines } from '../../../../src/commands/v3/doctor/command-line.js';
import type { Observation, Place, Trouble } from '../../../../src/commands/v3/doctor/observation.js';
import { toReport } from '../../../../src/commands/v3/doctor/report.js';
import type { Finding } from '../../../../src/model/doctor.js';
import { ServerError } from '../../../../src/model/errors.js';
import {
  DAY_MS,
  facts,
  hash,
  member,
  metrics,
  NOW_MS,
  observation,
  place,
  silent,
  status,
  THREE,
  twice,
} from './observations.js';

const FLAGS = ['--endpoints=https://10.0.0.1:2379', "--cacert=/my pki/ca's.crt"];
const report = (observed: Observation) => toReport(observed, new CommandLines(FLAGS), 100);
const denied: Trouble = { kind: 'denied', words: 'etcdserver: permission denied' };

const compacted: Trouble = {
  kind: 'failed',
  words: 'etcdserver: mvcc: required revision has been compacted',
  cause: new ServerError('etcdserver: mvcc: required revision has been compacted', 'OutOfRange'),
};

/** `id severity member`, sorted. */
function found(observed: Observation): string[] {
  return report(observed).findings.map(({ id, severity, member }) =>
    [id, severity, ...(member === undefined ? [] : [member])].join(' '),
  );
}

/** An observation of three members, of which the third is this one. */
const third = (changes: Partial<Place>) => observation([place(1), place(2), place(3, changes)]);
const atRevision = (revision: bigint, memberId = 3n) => {
  return { header: { clusterId: 7n, memberId, revision, raftTerm: 2n } };
};
const members = (...list: Parameters<typeof member>[]) => list.map((args) => member(...args));

it('finds nothing on a healthy cluster', () => {
  expect(report(observation())).toMatchObject({
    state: 'healthy',
    findings: [],
    clusterId: 7n,
    clusterVersion: '3.7',
    leader: 1n,
    members: [{ name: 'm1', isLeader: true, readMs: 2, hash: 1 }, { name: 'm2' }, { name: 'm3' }],
  });
});

describe.each<[group: string, rows: readonly (readonly [ids: string[], observed: Observation])[]]>([
  [
    'reachability',
    [
      [
        ['member-unreachable failure m3', 'quorum-without-reserve warning'],
        observation([place(1), place(2), silent(3)]),
      ],
      [
        ['quorum-lost failure', 'member-unreachable failure m2', 'member-unreachable failure m3'],
        observation([place(1, { reads: [] }), silent(2), silent(3)]),
      ],
      // A majority confirms reads: only this machine cannot reach them.
      [
        ['member-unreachable failure m2', 'member-unreachable failure m3'],
        observation([place(1), silent(2), silent(3)]),
      ],
      [['endpoint-unreachable failure'], observation([place(1), place(2), place(3), silent(9)])],
      [['endpoint-not-member failure 9'], observation([place(1), place(2), place(3), place(9)])],
      [['endpoint-repeated warning'], observation([place(1, { timesGiven: 2 }), place(2), place(3)])],
      [
        ['clusters-differ failure'],
        observation([
          place(1),
          place(2),
          place(3),
          place(9, {
            status: {
              value: status(9, { header: { clusterId: 8n, memberId: 9n, revision: 1n, raftTerm: 1n } }),
            },
          }),
        ]),
      ],
      [
        ['client-url-unreachable warning m3'],
        observation([
          place(1),
          place(2),
          place(3, { endpoint: 'https://public.example:2379' }),
          silent(3, { timesGiven: 0 }),
        ]),
      ],
    ],
  ],
  [
    'members',
    [
      [['members-unknown unknown'], observation([place(1, { members: { trouble: denied } })])],
      [
        ['member-lists-differ failure m3'],
        third({ members: { value: { members: members([1], [2], [3], [4]) } }, ...twice(3, {}) }),
      ],
      [
        ['member-unstarted warning 4', 'even-voters warning', 'quorum-without-reserve warning'].sort(),
        observation([1, 2, 3].map((n) => place(n, {}, [...THREE, member(4, { name: '', clientUrls: [] })]))),
      ],
      [
        ['learner warning m4'],
        observation([
          ...[1, 2, 3].map((n) => place(n, {}, [...THREE, member(4, { isLearner: true })])),
          { endpoint: 'https://10.0.0.4:2379', timesGiven: 0, ...twice(4, { isLearner: true }) } as Place,
        ]),
      ],
      [
        ['member-names-equal warning default'],
        observation(
          [1, 2, 3].map((n) =>
            place(n, {}, members([1, { name: 'default' }], [2, { name: 'default' }], [3])),
          ),
        ),
      ],
      [['even-voters warning'], observation([1, 2].map((n) => place(n, {}, members([1], [2]))))],
      [['single-voter hint'], observation([place(1, {}, members([1]))])],
      [
        ['member-without-client-url warning m3'],
        observation([1, 2, 3].map((n) => place(n, {}, members([1], [2], [3, { clientUrls: [] }])))),
      ],
      [
        ['client-url-plaintext warning m3'],
        observation(
          [1, 2, 3].map((n) =>
            place(n, {}, members([1], [2], [3, { clientUrls: ['http://10.0.0.3:2379'] }])),
          ),
        ),
      ],
      [
        ['client-url-loopback warning m3'],
        observation(
          [1, 2, 3].map((n) =>
            place(n, {}, members([1], [2], [3, { clientUrls: ['https://localhost:2379'] }])),
          ),
        ),
      ],
    ],
  ],
  [
    'leader',
    [
      [['leader-missing failure'], observation([1, 2, 3].map((n) => place(n, twice(n, { leader: 0n }))))],
      [['leader-missing failure m3'], third(twice(3, { leader: 0n }))],
      [['leaders-differ failure'], third(twice(3, { leader: 3n }))],
      [
        ['leader-changed warning'],
        observation([1, 2, 3].map((n) => place(n, twice(n, {}, { leader: 2n, raftTerm: 3n })))),
      ],
      [
        ['raft-behind warning m3'],
        third(twice(3, { raftIndex: 90n, raftAppliedIndex: 90n }, { raftIndex: 99n, raftAppliedIndex: 99n })),
      ],
      // It has reached what the leader had at the beginning.
      [
        [],
        third(
          twice(3, { raftIndex: 90n, raftAppliedIndex: 90n }, { raftIndex: 100n, raftAppliedIndex: 100n }),
        ),
      ],
      [
        ['apply-behind warning m3'],
        third(twice(3, { raftAppliedIndex: 90n }, { raftIndex: 120n, raftAppliedIndex: 99n })),
      ],
      [
        ['read-failed failure m3'],
        third({ reads: [{ value: 1 }, { trouble: { kind: 'silent', words: 'no answer' } }] }),
      ],
      [['read-slow warning m3'], third({ reads: [{ value: 1 }, { value: 500 }, { value: 600 }] })],
      [[], third({ reads: [{ value: 900 }, { value: 499 }, { value: 1 }] })],
    ],
  ],
  [
    'versions',
    [
      [['versions-differ warning'], third(twice(3, { version: '3.6.14' }))],
      [
        ['cluster-version-lags warning'],
        observation(
          [1, 2, 3].map((n) =>
            place(n, { metrics: { value: metrics('etcd_cluster_version{cluster_version="3.6"} 1\n') } }),
          ),
        ),
      ],
      [
        ['downgrade-enabled warning'],
        observation(
          [1, 2, 3].map((n) =>
            place(n, {
              ...twice(n, { downgradeInfo: { enabled: true, targetVersion: '3.6' } }),
              metrics: { value: metrics('etcd_cluster_version{cluster_version="3.6"} 1\n') },
            }),
          ),
        ),
      ],
    ],
  ],
  [
    'data',
    [
      [
        ['alarm-nospace failure m2'],
        observation([1, 2, 3].map((n) => place(n, twice(n, { errors: ['memberID:2 alarm:NOSPACE '] })))),
      ],
      [
        ['alarm-corrupt failure m2'],
        observation([1, 2, 3].map((n) => place(n, twice(n, { errors: ['memberID:2  alarm:CORRUPT'] })))),
      ],
      [
        ['alarm-corrupt failure'],
        observation([1, 2, 3].map((n) => place(n, twice(n, { errors: ['alarm:CORRUPT '] })))),
      ],
      [['alarm-unknown failure m2'], third(twice(3, { errors: ['memberID:2 alarm:FLOOD'] }))],
      [['hash-differs failure m3'], third({ hash: { value: hash({ hash: 2 }) } })],
      [
        ['hash-differs failure'],
        observation([1, 2, 3].map((n) => place(n, { hash: { value: hash({ hash: n }) } }))),
      ],
      [['hash-unknown unknown'], third({ hash: { value: hash({ compactRevision: 6n, hash: 2 }) } })],
      [['revision-differs failure m3'], third(twice(3, atRevision(8n)))],
      [
        ['hash-differs failure m3'],
        third({ ...twice(3, atRevision(8n)), hash: { value: hash({ hash: 2 }) } }),
      ],
      [
        ['revision-differs failure m3', 'hash-unknown unknown'],
        third({ ...twice(3, atRevision(8n)), hash: { value: hash({ compactRevision: 6n }) } }),
      ],
      [
        ['revision-differs failure'],
        observation([1, 2, 3].map((n) => place(n, twice(n, atRevision(BigInt(n), BigInt(n)))))),
      ],
      // Entries are being applied, or were not the same: the revisions say nothing.
      [[], third(twice(3, atRevision(7n), atRevision(8n)))],
      [[], third(twice(3, { ...atRevision(8n), raftAppliedIndex: 99n }, atRevision(8n)))],
      [[], third(twice(3, { ...atRevision(12n), raftAppliedIndex: 102n }))],
      [[], third({ status: { value: status(3, atRevision(8n)) }, lastStatus: { trouble: denied } })],
      [['hash-unknown unknown m3'], third({ hash: { trouble: { kind: 'silent', words: 'no answer' } } })],
      [['hash-unknown unknown m3'], third({ hash: { trouble: compacted } })],
      [['access-denied unknown'], observation([1, 2, 3].map((n) => place(n, { hash: { trouble: denied } })))],
      [[], third(twice(3, { dbSize: 1_599_999_999n, dbSizeInUse: 1_599_000_000n }))],
      [['quota-near warning m3'], third(twice(3, { dbSize: 1_600_000_000n, dbSizeInUse: 1_599_000_000n }))],
      [['quota-near failure m3'], third(twice(3, { dbSize: 1_900_000_000n, dbSizeInUse: 1_899_000_000n }))],
      [['quota-unknown unknown m3'], third(twice(3, { dbSizeQuota: 0n }))],
      [
        [],
        third({
          ...twice(3, { dbSizeQuota: 0n }),
          metrics: { value: metrics('etcd_server_quota_backend_bytes 2.147483648e+09\n') },
        }),
      ],
      [['space-unused hint m3'], third(twice(3, { dbSize: 200_000_000n, dbSizeInUse: 100_000_000n }))],
      [[], third(twice(3, { dbSize: 200_000_000n, dbSizeInUse: 100_000_001n }))],
      [
        ['files-near-limit warning m3'],
        third({ metrics: { value: metrics('process_max_fds 1000\nprocess_open_fds 800\n') } }),
      ],
      [
        ['metrics-unknown unknown m3'],
        third({ metrics: { trouble: { kind: 'failed', words: 'HTTP status 404' } } }),
      ],
    ],
  ],
  [
    'clocks',
    [
      [['clock-off warning m3'], third({ metrics: { value: metrics('', 4000) } })],
      [['clock-off warning m3'], third({ metrics: { value: metrics('', -4000) } })],
      [[], third({ metrics: { value: metrics('', 1500) } })],
      [
        ['clock-here-off warning'],
        observation([1, 2, 3].map((n) => place(n, { metrics: { value: metrics('', 60_000) } }))),
      ],
    ],
  ],
  [
    'certificates',
    [
      ...(
        [
          [400, undefined],
          [30, undefined],
          [29, 'expires warning'],
          [7, 'expires warning'],
          [6, 'expires failure'],
          [0, 'expires failure'],
          [-1, 'expired failure'],
        ] as const
      ).flatMap(([days, words]) => {
        const old = facts({ notAfterMs: NOW_MS + days * DAY_MS + 1000 });
        const file = { file: '/pki/x.crt', facts: old };
        return [
          [
            words ? [`server-certificate-${words} m3`] : [],
            third({ certificate: { value: { chain: [old], isVerified: true } } }),
          ],
          [
            words ? [`authority-${words} m3`] : [],
            third({ certificate: { value: { chain: [facts(), old], isVerified: true } } }),
          ],
          [
            words ? [`client-certificate-${words}`] : [],
            observation(undefined, { certificates: { client: file, authorities: [] } }),
          ],
          [
            words ? [`authority-${words}`] : [],
            observation(undefined, { certificates: { authorities: [file] } }),
          ],
        ] as [string[], Observation][];
      }),
      [
        ['client-certificate-not-yet-valid failure'],
        observation(undefined, {
          certificates: {
            client: { file: 'x', facts: facts({ notBeforeMs: NOW_MS + 1000 }) },
            authorities: [],
          },
        }),
      ],
      [
        ['client-certificate-usage failure'],
        observation(undefined, {
          certificates: { client: { file: 'x', facts: facts({ allowsClients: false }) }, authorities: [] },
        }),
      ],
      [
        ['server-certificate-not-yet-valid failure m3'],
        third({
          certificate: { value: { chain: [facts({ notBeforeMs: NOW_MS + 1000 })], isVerified: true } },
        }),
      ],
      [
        ['server-certificate-name failure m3', 'quorum-without-reserve warning'],
        observation([
          place(1),
          place(2),
          silent(3, {
            certificate: {
              value: { chain: [facts()], isVerified: true, problem: { kind: 'wrong-name', words: 'x' } },
            },
          }),
        ]),
      ],
      [
        ['server-certificate-untrusted failure m3', 'quorum-without-reserve warning'],
        observation([
          place(1),
          place(2),
          silent(3, {
            certificate: {
              value: { chain: [facts()], isVerified: true, problem: { kind: 'untrusted', words: 'x' } },
            },
          }),
        ]),
      ],
      [
        ['server-certificate-unverified unknown m3'],
        third({ certificate: { value: { chain: [facts()], isVerified: false } } }),
      ],
      [
        ['server-certificate-unknown unknown m3'],
        third({ certificate: { trouble: { kind: 'silent', words: 'x' } } }),
      ],
    ],
  ],
  [
    'disk space',
    (
      [
        [[], 16n, 0n],
        [['disk-space-low warning m3'], 14n, 0n],
        [['disk-space-low failure m3'], 4n, 0n],
        // A copy of the database does not fit.
        [['disk-space-low warning m3'], 50n, 51n],
      ] as const
    ).map(([ids, free, dbSize]) => [
      [...ids],
      observation(
        [place(1), place(2), place(3, twice(3, { dbSize: dbSize * 1000n, dbSizeInUse: dbSize * 1000n }))],
        {
          disks: [
            {
              member: 'm3',
              directory: '/var/lib/etcd',
              space: { totalBytes: 100_000n, freeBytes: free * 1000n },
            },
          ],
        },
      ),
    ]),
  ],
])('of %s', (_group, rows) => {
  it.each(rows)('%j', (ids, observed) => {
    expect(found(observed).sort()).toEqual([...ids].sort());
  });
});

it('says that the space of the disk is unknown', () => {
  const space = { problem: 'permission denied' };
  expect(found(observation(undefined, { disks: [{ directory: '/var/lib/etcd', space }] }))).toEqual([
    'disk-space-unknown unknown',
  ]);
});

it('mends with the flags of this run, quoted for a shell', () => {
  const [finding] = report(third({ hash: { value: hash({ hash: 2 }) } })).findings as [Finding];
  expect(finding.commands).toEqual([
    `etcdctl --endpoints=https://10.0.0.1:2379 '--cacert=/my pki/ca'\\''s.crt' member replace 3 --name=m3 --peer-urls=https://10.0.0.3:2380`,
  ]);
});

it('defragments all members, also those that are not among the endpoints', () => {
  const [finding] = report(third(twice(3, { dbSize: 200_000_000n, dbSizeInUse: 1n }))).findings as [Finding];
  expect(finding.commands?.at(-1)).toMatch(/ defrag --cluster --rolling$/);
});

it('grants a role as root, not as the user that lacks it', () => {
  const lines = new CommandLines(['--cacert=ca.crt', '--user=alice', '--password-file=alice.txt']);
  const [finding] = toReport(third({ hash: { trouble: denied } }), lines, 100).findings as [Finding];
  expect(finding.commands).toEqual(['etcdctl --cacert=ca.crt --user=root user grant-role NAME root']);
});

it.each([
  ['wrong-name', /^Connect to a name or address that the certificate has/],
  ['untrusted', /^Give --cacert the authority that signed it/],
] as const)('says how to mend the certificate of a server: %s', (kind, advice) => {
  const certificate = { value: { chain: [facts()], isVerified: true, problem: { kind, words: 'x' } } };
  expect(report(third({ certificate })).findings[0]?.advice).toMatch(advice);
});

it('puts failures first, then what is unknown, warnings and hints', () => {
  const observed = third({
    ...twice(3, { leader: 0n, version: '3.6.0', dbSize: 200_000_000n, dbSizeInUse: 1n }),
    hash: { trouble: denied },
  });
  const { findings, ...counts } = report(observed);
  expect(findings.map(({ severity }) => severity)).toEqual(['failure', 'unknown', 'warning', 'hint']);
  expect(counts).toMatchObject({ state: 'unhealthy', failures: 1, unknowns: 1, warnings: 1, hints: 1 });
});

it.each([
  ['healthy', third(twice(3, { dbSize: 200_000_000n, dbSizeInUse: 1n }))],
  ['attention', third(twice(3, { version: '3.6.0' }))],
  ['unknown', third({ hash: { trouble: denied } })],
  ['unknown', observation([silent(1), silent(2)])],
])('is %s', (state, observed) => {
  expect(report(observed).state).toBe(state);
});

it('says of a server whose metrics answer that a login may be what does not end', () => {
  const status = { trouble: { kind: 'silent', words: 'it did not answer in time' } } as const;
  const [finding] = report(
    observation([silent(1, { status, metrics: { value: metrics() } }), silent(2)]),
  ).findings;
  expect(finding).toMatchObject({ id: 'endpoint-unreachable', endpoint: 'https://10.0.0.1:2379' });
  expect(finding?.advice).toMatch(/^etcd runs there: .* A login needs a majority of the members/);
});
