/** Clusters that start from a snapshot, and their contents. */
import { createHash } from 'node:crypto';
import type { Lab, LabOptions, MemberAddress } from './lab.js';
import { type Program, type RunOptions, run } from './program.js';

export interface Restoring {
  /** The snapshot of the member with this index, from 0; one path: of all members. */
  readonly snapshot: string | ((index: number) => string);
  /** The program that runs `snapshot restore` for the member with this index, from 0. */
  readonly by: (index: number) => Program;
  readonly flags?: readonly string[];
}

export const RESTORED_TOKEN = 'restored';

/** For `LabOptions.prepare`: restores every member's data directory from the snapshot. */
export function restoring({ snapshot, by, flags = [] }: Restoring): NonNullable<LabOptions['prepare']> {
  return async (members) => {
    for (const [index, { name, dataDir, peerUrl }] of members.entries()) {
      const file = typeof snapshot === 'string' ? snapshot : snapshot(index);
      await mustSucceed(by(index), [
        ...['snapshot', 'restore', file, '--name', name, '--data-dir', dataDir],
        ...['--initial-cluster', initialCluster(members), '--initial-cluster-token', RESTORED_TOKEN],
        ...['--initial-advertise-peer-urls', peerUrl, ...flags],
      ]);
    }
  };
}

function initialCluster(members: readonly MemberAddress[]): string {
  return members.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(',');
}

/** The member's id in hexadecimal, as etcd computes it from its peer URL and the cluster token. */
export function expectedMemberId(peerUrl: string): string {
  const digest = createHash('sha1').update(`${peerUrl}${RESTORED_TOKEN}`).digest();
  return digest.readBigUInt64BE(0).toString(16);
}

/** Runs a program and returns its stdout; throws unless the exit code is 0. */
export async function mustSucceed(
  program: Program,
  args: readonly string[],
  options?: RunOptions,
): Promise<string> {
  const { code, signal, stdout, stderr } = await run(program, args, options);
  if (code === 0) return stdout.toString();
  throw new Error(`${program.command} ${args.join(' ')}\nended with ${code ?? signal}: ${stderr}`);
}

/** The contents of a store, as the real etcdctl of the servers' version prints them. */
export interface StoreContents {
  readonly revision: bigint;
  /** JSON of all key-value pairs with revisions, versions and leases. */
  readonly pairs: string;
  /** The leases with granted TTL and keys, without the remaining TTL. */
  readonly leases: readonly string[];
  readonly users: readonly string[];
  readonly roles: readonly string[];
  /** One for each member when the store is full; the order is undefined. */
  readonly alarms: readonly string[];
}

export async function contentsOf(lab: Lab): Promise<StoreContents> {
  const real = async (...args: string[]) => (await lab.real(args)).stdout.toString();
  const all = await real('get', '', '--prefix', '-w', 'json');
  const leases = lines(await real('lease', 'list')).slice(1);
  const users = lines(await real('user', 'list'));
  const roles = lines(await real('role', 'list'));
  return {
    revision: BigInt(/"revision":(\d+)/.exec(all)?.[1] ?? 0),
    pairs: /"kvs":(\[.*\])/.exec(all)?.[1] ?? '',
    leases: await eachOf(leases.toSorted(), async (id) =>
      (await real('lease', 'timetolive', id, '--keys')).replace(/remaining\(\d+s\)/, ''),
    ),
    users: await eachOf(users, (name) => real('user', 'get', name)),
    roles: await eachOf(roles, (name) => real('role', 'get', name)),
    alarms: lines((await real('alarm', 'list')).replace(/ +/g, ' ')).sort(),
  };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

async function eachOf<Item, Value>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Value>,
): Promise<Value[]> {
  const values: Value[] = [];
  for (const item of items) values.push(await ask(item));
  return values;
}

export interface ServedHash {
  readonly hash: number;
  readonly compactRevision: number;
}

/** Each member's answer to `endpoint hashkv`. */
export async function hashesOf(lab: Lab, revision = 0n): Promise<readonly ServedHash[]> {
  const { stdout } = await lab.real(['endpoint', 'hashkv', '--rev', `${revision}`, '-w', 'json']);
  const answers = JSON.parse(stdout.toString()) as readonly {
    readonly HashKV: { readonly hash: number; readonly compact_revision?: number };
  }[];
  return answers.map(({ HashKV }) => ({
    hash: HashKV.hash,
    compactRevision: HashKV.compact_revision ?? 0,
  }));
}
