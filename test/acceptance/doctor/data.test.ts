/** `doctor` on small clusters: databases, alarms, users, versions, clocks, and what members tell clients. */
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { freePorts } from '../../../scripts/lib/etcd/ports.mjs';
import type { CompleteReference } from '../../../scripts/lib/reference.mjs';
import { diagnose, runDoctor } from '../../support/lab/doctor.js';
import { ask } from '../../support/lab/gateway.js';
import { type Lab, type LabOptions, references, startLab } from '../../support/lab/lab.js';
import { type RunResult, run } from '../../support/lab/program.js';
import { TamperingProxy } from '../../support/lab/tampering-proxy.js';

const labs: Lab[] = [];
const sockets: Socket[] = [];

async function start(options: LabOptions = {}): Promise<Lab> {
  const lab = await startLab(options);
  labs.push(lab);
  return lab;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const lab of labs.splice(0)) await lab.stop();
});

const portOf = (lab: Lab, index = 0) => Number(new URL(lab.cluster.endpoints[index] ?? '').port);
const referenceOf = (version: string) => references.findLast((each) => each.version.startsWith(version));
const MEBIBYTE = 2 ** 20;
const WAIT = { timeout: 20_000 };

it('a database is near its quota, reaches it, and has much space that is not in use', async () => {
  // The file grows by 16 MiB at a time, and the quota is refused to a write that would exceed it.
  const lab = await start({
    extraArgs: ['--quota-backend-bytes=150000000', `--max-request-bytes=${32 * MEBIBYTE}`],
  });
  await fill(lab, 120_000_000);
  await diagnose(lab.flags(), {
    ids: ['quota-near', 'single-voter'],
    words:
      /quota-near m1 .* 1\d\d MB, [89]\d % of its quota of 150 MB;.* etcdctl \S+ compaction \d+ etcdctl \S+ defrag --cluster --rolling/,
  });
  await vi.waitUntil(async () => (await putLarge(lab)).stderr.includes('database space exceeded'), WAIT);
  await diagnose(lab.flags(), {
    ids: ['alarm-nospace', 'quota-near', 'single-voter'],
    words: /FAILURE alarm-nospace m1 .* refuses writes\..* etcdctl \S+ alarm recover/,
  });
  const { stdout } = await lab.real(['get', 'key', '-w', 'fields', '--keys-only']);
  await ask(lab, 'kv/compaction', {
    revision: /"Revision" : (\d+)/.exec(stdout.toString())?.[1],
    physical: true,
  });
  await diagnose(lab.flags(), {
    ids: ['alarm-nospace', 'quota-near', 'single-voter', 'space-unused'],
    words: /HINT space-unused m1 .* 1\d\d MB are not in use/,
  });
});

/** Writes values until the file has this size. A size is that of the last commit, which is up to 100 ms after a write. */
async function fill(lab: Lab, sizeBytes: number): Promise<void> {
  let size = await dbSizeOf(lab);
  while (size < sizeBytes) {
    const before = size;
    expect((await putLarge(lab)).code).toBe(0);
    await vi.waitUntil(async () => {
      size = await dbSizeOf(lab);
      return size > before;
    }, WAIT);
  }
}

function putLarge(lab: Lab): Promise<RunResult> {
  const limits = [`--max-request-bytes=${32 * MEBIBYTE}`, '--command-timeout=30s'];
  return run(lab.etcdctl, [...lab.flags(), ...limits, 'put', 'key'], { stdin: Buffer.alloc(14 * MEBIBYTE) });
}

async function dbSizeOf(lab: Lab): Promise<number> {
  const { dbSize } = (await ask(lab, 'maintenance/status', {})) as { readonly dbSize: string };
  return Number(dbSize);
}

it.each(['3.4', '3.5', '3.7'].filter((version) => referenceOf(version)))(
  'a member was restarted after a compaction at the present revision, etcd %s',
  async (version) => {
    const lab = await start({ reference: referenceOf(version) as CompleteReference, members: 3 });
    for (const value of ['1', '2']) await lab.real(['put', 'key', value]);
    await lab.real(['compact', '3', '--physical']);
    await lab.cluster.restart(2);
    await lab.cluster.serving();
    // The others remember the hash of the data before the compaction.
    await diagnose(lab.flags(), { ids: [], words: /healthy/ });
  },
);

describe('users', () => {
  it('may not ask everything, have no name, or a wrong password', async () => {
    const lab = await start({ profile: 'auth' });
    await lab.real(['user', 'add', 'alice:secret']);
    const endpoint = `--endpoints=${lab.cluster.endpoints[0]}`;
    await diagnose([endpoint, '--user=alice:secret'], {
      ids: ['access-denied', 'single-voter'],
      words:
        /not known to be healthy.* permission denied.* etcdctl \S+ --user=root user grant-role NAME root/,
    });
    await diagnose(lab.flags(), { ids: ['single-voter'], words: /healthy, 1 hint/, code: 0 });
    await cannotLook(
      [endpoint, '--user=alice:wrong'],
      /check --user.*\nError: etcdserver: authentication failed,/,
    );
    await cannotLook([endpoint], /give --user NAME\nError: etcdserver: user name is empty\n$/);
  });

  async function cannotLook(args: readonly string[], words: RegExp): Promise<void> {
    const { stdout, stderr, code } = await runDoctor(args);
    expect(stdout.toString()).toBe('');
    expect(stderr.toString()).toMatch(words);
    expect(code).toBe(2);
  }
});

describe('versions', () => {
  const [older, newer] = [referenceOf('3.5'), referenceOf('3.6')];

  it.skipIf(older === undefined || newer === undefined)('of the members differ', async () => {
    const lab = await start({
      reference: older as CompleteReference,
      members: 3,
      memberOptions: (index) => (index === 2 ? { program: newer?.etcd ?? '' } : {}),
    });
    await diagnose(lab.flags(), {
      ids: ['versions-differ'],
      words: /versions 3\.5\.\d+, 3\.6\.\d+ .*m1 and m2 3\.5\.\d+, m3 3\.6\.\d+/,
    });
  });

  const oldest = referenceOf('3.4');
  it.skipIf(oldest === undefined)('etcd 3.4 is examined too', async () => {
    const lab = await start({ reference: oldest as CompleteReference });
    await diagnose(lab.flags(), { ids: ['single-voter'], words: /version 3\.4\./, code: 0 });
    const { stdout } = await runDoctor([...lab.flags(), '-w', 'json']);
    expect(JSON.parse(stdout.toString()).members[0].dbQuotaBytes).toBe(2 * 1024 ** 3);
  });
});

describe('a member tells clients', () => {
  it('an address that is not reachable', async () => {
    const lab = await start({ extraArgs: ['--advertise-client-urls=http://127.0.0.1:1'] });
    await diagnose(lab.flags(), {
      ids: ['client-url-unreachable', 'single-voter'],
      words:
        /client-url-unreachable m1 http:\/\/127\.0\.0\.1:1 The member answers at \S+, but not at this client URL/,
    });
  });

  it('an address that is another machine for each of them', async () => {
    const peerUrl = 'http://192.0.2.1:2380';
    const lab = await start({
      extraArgs: [`--initial-advertise-peer-urls=${peerUrl}`, `--initial-cluster=m1=${peerUrl}`],
    });
    await diagnose(lab.flags(), {
      ids: ['client-url-loopback', 'single-voter'],
      words: /tells clients to connect to http:\/\/127\.0\.0\.1:\d+, which is another machine/,
    });
  });

  it('an address without TLS, when others have it', async () => {
    const [port] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    const lab = await start({
      profile: 'tls',
      members: 2,
      memberOptions: (index) =>
        index === 1 ? { extraArgs: [`--listen-client-urls=${url}`, `--advertise-client-urls=${url}`] } : {},
    });
    await diagnose(lab.flags(lab.cluster.endpoints.slice(0, 1)), {
      ids: ['client-url-plaintext', 'even-voters'],
      words: /client-url-plaintext m2 http:\/\/127\.\S+ The client URL http:\/\/127\.\S+ is without TLS/,
    });
  });

  it('its metrics at another address only', async () => {
    const [port] = await freePorts(1);
    const lab = await start({ extraArgs: [`--listen-client-http-urls=http://127.0.0.1:${port}`] });
    await diagnose(lab.flags(), {
      ids: ['metrics-unknown', 'single-voter'],
      words: /not known to be healthy.*Its clock and its open files are not known/,
    });
  });
});

describe('a server', () => {
  it('belongs to another cluster', async () => {
    const [one, other] = await Promise.all([start({ members: 2 }), start()]);
    await diagnose(one.flags([...one.cluster.endpoints, ...other.cluster.endpoints]), {
      ids: ['clusters-differ', 'even-voters'],
      words: /http:\/\/127\.\S+ belongs to another cluster, [0-9a-f]+, and the others to [0-9a-f]+\./,
    });
  });

  it('has nearly as many files open as it may', async () => {
    const program = path.join(mkdtempSync(path.join(tmpdir(), 'etcd-limited-')), 'etcd');
    const real = references.at(-1) as CompleteReference;
    writeFileSync(program, `#!/bin/sh\nulimit -n 800\nexec ${real.etcd} "$@"\n`);
    chmodSync(program, 0o755);
    const lab = await start({ reference: { ...real, etcd: program } });
    // etcd accepts 650 connections, of which some are left for the command. It has a dozen or more other files open: the number depends
    // on the system's control groups.
    for (let count = 0; count < 636; count++) sockets.push(connect(portOf(lab), '127.0.0.1'));
    await vi.waitUntil(async () => {
      const text = await (await fetch(`${lab.cluster.members[0]?.metricsUrl}/metrics`)).text();
      return Number(/^process_open_fds (\d+)$/m.exec(text)?.[1]) > 645;
    }, WAIT);
    await diagnose(lab.flags(), {
      ids: ['files-near-limit', 'single-voter'],
      words: /has \d+ of 800 files and connections open/,
    });
  });

  it('has a clock that is an hour ahead', async () => {
    // The machine has one clock: a proxy in between puts another time into the responses of the real server.
    const lab = await start();
    const proxy = await TamperingProxy.start(portOf(lab), withLaterDate);
    await diagnose(lab.flags([`http://127.0.0.1:${proxy.port}`]), {
      ids: ['clock-off', 'single-voter'],
      words: /Its clock is about (3599|3600)\.\d s ahead of that of this machine/,
    });
    await proxy.close();
  });

  it('and the others agree that the clock of this machine is an hour behind', async () => {
    const lab = await start({ members: 3 });
    const proxies = await Promise.all(
      [0, 1, 2].map((index) => TamperingProxy.start(portOf(lab, index), withLaterDate)),
    );
    await diagnose(lab.flags(proxies.map(({ port }) => `http://127.0.0.1:${port}`)), {
      ids: ['clock-here-off'],
      words: /The clock of this machine is about (3599|3600)\.\d s behind those of the members/,
    });
    for (const proxy of proxies) await proxy.close();
  });

  function withLaterDate(chunk: Buffer): Buffer {
    return Buffer.from(chunk.toString('latin1').replace(/^Date: (.*)$/m, anHourLater), 'latin1');
  }

  function anHourLater(_line: string, time: string): string {
    return `Date: ${new Date(Date.parse(time) + 60 * 60 * 1000).toUTCString()}`;
  }
});
