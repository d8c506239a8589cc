import { createHash } from 'node:crypto';
import { CommandError } from '../../model/errors.js';
import type { MemberRecord } from '../backend/member-json.js';
import { initialClusterText, type PeerUrlsByName, quoted } from './peer-urls.js';

/** The cluster that is to start from a snapshot. */
export interface ClusterPlan {
  readonly clusterId: bigint;
  /** The member whose data directory is made. */
  readonly localId: bigint;
  /** Ids ascending. */
  readonly members: readonly MemberRecord[];
}

/** The local member must be one of the cluster's. Throws `CommandError` in etcd's words. */
export function requireLocalMember(cluster: PeerUrlsByName, name: string): readonly string[] {
  const urls = cluster.get(name);
  if (urls !== undefined) return urls;
  throw new CommandError(`couldn't find local name ${quoted(name)} in the initial cluster configuration`);
}

export function rejectDuplicateUrls(cluster: PeerUrlsByName): void {
  const urls = [...cluster.values()].flat();
  if (new Set(urls).size === urls.length) return;
  throw new CommandError(`initial cluster ${initialClusterText(cluster)} has duplicate url`);
}

/**
 * Ids are hashes, so that every member's restore comes to the same ones without talking: of a member's URLs and the
 * cluster's token, and of the members' ids (etcd server/etcdserver/api/membership, v3.7.1).
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

/** Of the SHA-1. */
function firstEightBytes(bytes: Uint8Array): bigint {
  return createHash('sha1').update(bytes).digest().readBigUInt64BE(0);
}
