/** `doctor` on what is rare: members that were started in an odd way, an upgrade that cannot end, an alarm of a later version, a firewall. */
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePorts } from '../../../scripts/lib/etcd/ports.mjs';
import type { CompleteReference } from '../../../scripts/lib/reference.mjs';
import { diagnose } from '../../support/lab/doctor.js';
import { ask } from '../../support/lab/gateway.js';
import { type Lab, type LabOptions, references, startLab } from '../../support/lab/lab.js';
import { membersOf } from '../../support/lab/membership.js';

const labs: Lab[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'odd-members-'));
});
afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: LabOptions = {}): Promise<Lab> {
  const lab = await startLab(options);
  labs.push(lab);
  return lab;
}

const referenceOf = (version: string) => references.findLast((each) => each.version.startsWith(version));
const [etcd35, etcd36] = [referenceOf('3.5'), referenceOf('3.6')];

/** A server that, at each start, is the program named in the file `program`, with the further flags in the file `flags`. */
function changeableServer(program: string): {
  readonly program: string;
  readonly flags: string;
  path: string;
} {
  const files = { program: path.join(folder, 'program'), flags: path.join(folder, 'flags') };
  const script = path.join(folder, 'etcd');
  writeFileSync(files.program, program);
  writeFileSync(files.flags, '');
  writeFileSync(script, `#!/bin/sh\nexec "$(cat ${files.program})" "$@" $(cat ${files.flags})\n`);
  chmodSync(script, 0o755);
  return { ...files, path: script };
}

it('two members have the same name', async () => {
  const server = changeableServer(references.at(-1)?.etcd ?? '');
  const lab = await start({
    members: 3,
    memberOptions: (index) => (index === 2 ? { program: server.path } : {}),
  });
  // A member tells its name at each start.
  writeFileSync(server.flags, `--name=m1 --initial-cluster=m1=${lab.cluster.members[2]?.peerUrl}`);
  await lab.cluster.restart(2);
  await expect
    .poll(async () => (await membersOf(lab)).map(({ name }) => name).sort())
    .toEqual(['m1', 'm1', 'm2']);
  await diagnose(lab.flags(), {
    ids: ['member-names-equal'],
    words:
      /member-names-equal m1 2 members have the name m1: [0-9a-f]+ and [0-9a-f]+\. Start each member with a --name/,
  });
});

it.skipIf(etcd35 === undefined || etcd36 === undefined)(
  'all members that answer have a new version, and one that is down keeps the cluster at the old one',
  async () => {
    const server = changeableServer(etcd35?.etcd ?? '');
    const lab = await start({
      reference: etcd35 as CompleteReference,
      members: 3,
      memberOptions: () => ({ program: server.path }),
    });
    // Until then it is at 3.0, and a newer server would not start.
    await expect.poll(() => metricsOf(lab), { timeout: 20_000 }).toContain('cluster_version="3.5"} 1');
    await lab.cluster.kill(2);
    await lab.cluster.serving();
    writeFileSync(server.program, etcd36?.etcd ?? '');
    for (const index of [0, 1]) await lab.cluster.restart(index);
    await diagnose(lab.flags(), {
      ids: ['cluster-version-lags', 'member-unreachable', 'quorum-without-reserve'],
      words:
        /cluster-version-lags The version of the cluster is 3\.5, although all members that answer have 3\.6 or later/,
    });
  },
);

async function metricsOf(lab: Lab): Promise<string> {
  return (await fetch(`${lab.cluster.members[0]?.metricsUrl}/metrics`)).text();
}

it('there is an alarm that only a later version could know', async () => {
  const lab = await start();
  const [member] = await membersOf(lab);
  await ask(lab, 'maintenance/alarm', {
    action: 'ACTIVATE',
    memberID: `${BigInt(`0x${member?.id}`)}`,
    alarm: 7,
  });
  await diagnose(lab.flags(), {
    ids: ['alarm-unknown', 'single-voter'],
    words: /alarm-unknown m1 \S+ The alarm 7 is active, which this program does not know\./,
  });
});

it.skipIf(etcd35 === undefined)(
  'etcd 3.5 has its metrics, and with them the quota, at another address',
  async () => {
    const [port] = await freePorts(1);
    const lab = await start({
      reference: etcd35 as CompleteReference,
      extraArgs: [`--listen-client-http-urls=http://127.0.0.1:${port}`],
    });
    await diagnose(lab.flags(), {
      ids: ['metrics-unknown', 'quota-unknown', 'single-voter'],
      words:
        /quota-unknown m1 \S+ The quota of its database is not known: .* compare with --quota-backend-bytes/,
    });
  },
);

it('something before a member passes HTTP/2 only', async () => {
  const lab = await start({ profile: 'tls' });
  const port = Number(new URL(lab.cluster.endpoints[0] ?? '').port);
  const open: Socket[] = [];
  const firewall = createServer((client) => {
    open.push(client.on('error', () => undefined));
    client.once('data', (hello) => {
      // The client offers h2 in its first message of TLS (ALPN).
      if (!hello.includes('\x02h2')) return;
      const server = connect(port, '127.0.0.1').on('error', () => undefined);
      server.write(hello);
      client.pipe(server).pipe(client);
    });
  });
  firewall.listen(0, '127.0.0.1');
  await once(firewall, 'listening');
  try {
    await diagnose(lab.flags([`https://127.0.0.1:${(firewall.address() as AddressInfo).port}`]), {
      ids: ['metrics-unknown', 'server-certificate-unknown', 'single-voter'],
      words:
        /server-certificate-unknown m1 \S+ Its certificate cannot be seen: .*Its clock and its open files are not known/,
    });
  } finally {
    for (const socket of open) socket.destroy();
    firewall.close();
  }
});
