/** All certificates of a real server and its clients are replaced, under another authority, while commands run. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAuthority, issue, type PairFiles, type Pki } from '../../../scripts/lib/pki.mjs';
import { contenders } from '../../support/lab/contenders.js';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, type Running, start } from '../../support/lab/program.js';

let lab: Lab;
let destination: Lab;
let pki: Pki;
/** The files in the flags of our commands. */
let client: PairFiles & { readonly ca: string };

beforeAll(async () => {
  [lab, destination] = await Promise.all([startLab({ profile: 'tls' }), startLab()]);
  if (lab.pki === undefined) throw new Error('the lab has no PKI');
  pki = lab.pki;
  const folder = path.join(lab.folder, 'client');
  mkdirSync(folder);
  client = {
    ca: path.join(folder, 'ca.crt'),
    cert: path.join(folder, 'tls.crt'),
    key: path.join(folder, 'tls.key'),
  };
  copyFileSync(pki.caCert, client.ca);
  copyFileSync(pki.client.cert, client.cert);
  copyFileSync(pki.client.key, client.key);
});
afterAll(async () => {
  await Promise.all([lab?.stop(), destination?.stop()]);
});

const ours = (...args: readonly string[]): Running =>
  start(
    ourEtcdctl(),
    [
      ...[`--endpoints=${lab.cluster.endpoints}`, `--cacert=${client.ca}`],
      ...[`--cert=${client.cert}`, `--key=${client.key}`, ...args],
    ],
    { timeoutMs: 120_000 },
  );

it('a pair that is replaced between the reads of its certificate and its key is read again', async () => {
  const { authority, client: next } = pki;
  const former = await issue(authority, { usage: 'client', commonName: 'former', algorithm: 'ecdsa' });
  writeFileSync(client.cert, former.cert);
  rmSync(client.key);
  execFileSync('mkfifo', [client.key]);
  const get = ours('get', 'k');
  // Opened when the program opens it: then it has read the certificate.
  const pipe = await open(client.key, 'w');
  copyFileSync(next.cert, client.cert);
  copyFileSync(next.key, `${client.key}.new`);
  renameSync(`${client.key}.new`, client.key);
  await pipe.writeFile(readFileSync(next.key));
  await pipe.close();
  const { code, stderr } = await get.result;
  expect(stderr.toString()).toBe('');
  expect(code).toBe(0);
});

async function rotate(): Promise<void> {
  const authority = await createAuthority({ commonName: 'next', algorithm: 'ecdsa' });
  const request = { algorithm: 'ecdsa', commonName: 'next' } as const;
  const server = await issue(authority, { ...request, usage: 'server', ips: ['127.0.0.1'] });
  const next = await issue(authority, { ...request, usage: 'client' });
  for (const [file, content] of [
    [pki.server.cert, server.cert],
    [pki.server.key, server.key],
    ...[pki.caCert, client.ca].map((file) => [file, authority.cert] as const),
    ...[pki.client.cert, client.cert].map((file) => [file, next.cert] as const),
    ...[pki.client.key, client.key].map((file) => [file, next.key] as const),
  ] as const) {
    writeFileSync(file, content);
  }
  // The server reads its trusted authorities only when it starts.
  await lab.cluster.restart(0);
}

it('watch, lock, elect, lease keep-alive and make-mirror continue when all certificates are replaced', async () => {
  const granted = await lab.real(['lease', 'grant', '60']);
  const lease = /lease ([0-9a-f]+)/.exec(granted.stdout.toString())?.[1] ?? '';
  const watch = ours('watch', '--prefix', 'p');
  const holder = ours('lock', 'held');
  const leader = ours('elect', 'election', 'proposal');
  const keeper = ours('lease', 'keep-alive', lease);
  const mirror = ours(
    'make-mirror',
    ...destination.cluster.endpoints.map((url) => url.replace('http://', '')),
  );
  await Promise.all([holder.waitFor('held/'), leader.waitFor('proposal'), keeper.waitFor('keepalived')]);
  const waiting = ours('lock', 'held');
  await expect.poll(() => contenders(lab, 'held')).toHaveLength(2);
  await lab.real(['put', 'p0', 'before']);
  await watch.waitFor('before');
  await expect
    .poll(async () => (await destination.real(['get', 'p0'])).stdout.toString())
    .toContain('before');

  await rotate();

  await lab.real(['put', 'p1', 'after']);
  await watch.waitFor('after');
  await expect.poll(async () => (await destination.real(['get', 'p1'])).stdout.toString()).toContain('after');
  holder.kill('SIGINT');
  await waiting.waitFor('held/');
  expect(await contenders(lab, 'held')).toHaveLength(1);
  for (const running of [watch, waiting, leader, keeper, mirror]) running.kill('SIGINT');
  const ends = await Promise.all(
    [watch, holder, waiting, leader, keeper, mirror].map(({ result }) => result),
  );
  for (const { stderr } of ends) expect(stderr.toString()).not.toContain('Error:');
  expect(await contenders(lab, 'held')).toEqual([]);
  expect(await contenders(lab, 'election')).toEqual([]);
});
