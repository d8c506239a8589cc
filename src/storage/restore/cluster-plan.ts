import { createHash } from 'node:crypto';
import { CommandError } from '../../model/errors.js';
import type { MemberRecord } from '../backend/member-json.js';
import { initialClusterText, type PeerUrlsByName, quoted } from './peer-urls.js';

/** The new cluster that starts from a snapshot. */
export interface ClusterPlan {
  readonly clusterId: bigint;
  /** The member whose data directory is created. */
  readonly localId: bigint;
  /** In ascending order of ids. */
  readonly members: readonly MemberRecord[];
}

/** The peer URLs of the local member. Throws `CommandError` in etcd's words when the cluster does not have it. */
export function requireLocalMember(cluster: PeerUrlsByName, name: string): readonly string[] {
  const urls = cluster.get(name);
  if (urls !== undefined) return urls;
  throw new CommandError(`couldn't find local name ${quoted(name)} in the initial cluster configuration`);
}

/** Throws `CommandError` in etcd's words when two members have the same URL. */
export function rejectDuplicateUrls(cluster: PeerUrlsByName): void {
  const urls = [...cluster.values()].flat();
  if (new Set(urls).size === urls.length) return;
  throw new CommandError(`initial cluster ${initialClusterText(cluster)} has duplicate url`);
}

/**
 * Computes the ids of the members and of the cluster. They are hashes, so that the restores of all members get the same ids without
 * communication: a member's id is a hash of its URLs and the cluster token, the cluster's id one of the members' ids (etcd
 * server/etcdserver/api/membership, v3.7.1). Throws `CommandError` in etcd's words.
 */
export function planCluster(cluster: PeerUrlsByName, token: string, localName: string): ClusterPlan {
  requireLocalMember(cluster, localName);
  const members = [...cluster]
    .map(([name, peerUrls]) => ({ name, peerUrls, id: memberId(peerUrls, token) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const [index, { id, name }] of members.entries()) {
    if (id === 0n) throw new CommandError('cannot use 0 as member id');
    if (members[index - 1]?.id === id) {
      throw new CommandError(`member exists with identical ID ${id.toString(16)} (${name})`);
    }
  }
  const localId = members.find(({ name }) => name === localName)?.id ?? 0n;
  return { clusterId: clusterId(members), localId, members };
}

function memberId(peerUrls: readonly string[], token: string): bigint {
  return firstEightBytes(Buffer.from(peerUrls.join('') + token));
}

function clusterId(members: readonly MemberRecord[]): bigint {
  const ids = Buffer.alloc(8 * members.length);
  for (const [index, { id }] of members.entries()) ids.writeBigUInt64BE(id, 8 * index);
  return firstEightBytes(ids);
}

/** The first eight bytes of the SHA-1, as etcd takes them. */
function firstEightBytes(bytes: Uint8Array): bigint {
  return createHash('sha1').update(bytes).digest().readBigUInt64BE(0);
}
