/**
 * # A `.snap` file
 *
 * The snapshot that raft sends to a member without data (etcd server/etcdserver/api/snap, read at v3.7.1, measured from 3.4 on). The
 * file is `<term>-<index>.snap`, both as 16 hexadecimal digits, in the directory of the database. It is a snappb.snapshot: a CRC-32C and
 * the bytes that it covers, a raftpb.Snapshot. That has metadata (index, term, and the ConfState, which are raft's members) and data,
 * the JSON image of the version 2 store.
 *
 * Only the members in that store are used: 3.4 and 3.5 read the members from it, later servers from the database. A node is
 * written as {"Path", "CreatedIndex", "ModifiedIndex", "ExpireTime", "Value", "Children"}. Members are directories below
 * `/0/members`, named by their ids in hexadecimal, with one file `raftAttributes` that has their peer URLs. `/1` was for user
 * keys and is empty. etcd also writes the store's event history and statistics; it starts without them.
 */
import { CorruptFileError } from '../../model/errors.js';
import { ConfState, RaftSnapshot, SnapFile } from '../../wire/records.js';
import { goJson, type MemberRecord, memberKey } from '../backend/member-json.js';
import { crc32c } from '../crc32c.js';
import { hex16 } from '../wal/format.js';

const NO_EXPIRY = '0001-01-01T00:00:00Z';
const STORE_VERSION = 2;

export interface SnapContents {
  readonly term: bigint;
  readonly index: bigint;
  /** In ascending order of ids. */
  readonly members: readonly MemberRecord[];
}

interface StoreNode {
  readonly Path: string;
  readonly CreatedIndex: number;
  readonly ModifiedIndex: number;
  readonly ExpireTime: string;
  readonly Value: string;
  readonly Children: Readonly<Record<string, StoreNode>> | null;
}

export function snapName(term: bigint, index: bigint): string {
  return `${hex16(term)}-${hex16(index)}.snap`;
}

export function encodeSnap({ term, index, members }: SnapContents): Uint8Array {
  const data = Buffer.from(storeJson(members, index));
  return encodeSnapWith(data, { term, index, members });
}

/** @param data the JSON image of the version 2 store */
export function encodeSnapWith(data: Uint8Array, { term, index, members }: SnapContents): Uint8Array {
  const confState = votersOnly(members);
  const snapshot = RaftSnapshot.encode(
    RaftSnapshot.create({ data, metadata: { confState, index, term } }),
  ).finish();
  return SnapFile.encode(SnapFile.create({ crc: crc32c(snapshot), data: snapshot })).finish();
}

/** Throws a `CorruptFileError` when the checksum is wrong or the bytes do not decode. */
export function decodeSnap(bytes: Uint8Array, path: string): RaftSnapshot {
  let snapshot: RaftSnapshot;
  try {
    const { crc = 0, data = new Uint8Array(0) } = SnapFile.decode(bytes);
    if (crc32c(data) !== crc) throw new RangeError('the checksum is wrong');
    snapshot = RaftSnapshot.decode(data);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CorruptFileError(`the file is no raft snapshot: ${reason}`, path, 0, { cause });
  }
  return snapshot;
}

/** The ConfState of a cluster in which all members are voters. */
export function votersOnly(members: readonly MemberRecord[]): ConfState {
  return ConfState.create({ voters: members.map(({ id }) => id), autoLeave: false });
}

/** The children of the directory `/0/members`, in the JSON of the store. */
export function memberNodesJson(members: readonly MemberRecord[]): string {
  return goJson(JSON.stringify(memberNodes(members)));
}

function memberNodes(members: readonly MemberRecord[]): Readonly<Record<string, StoreNode>> {
  const entries = members.map(({ id, peerUrls }) => {
    const path = `/0/members/${memberKey(id)}`;
    const value = goJson(JSON.stringify({ peerURLs: peerUrls }));
    const attributes = node(`${path}/raftAttributes`, null, value);
    return [memberKey(id), node(path, { raftAttributes: attributes })] as const;
  });
  return Object.fromEntries(entries);
}

function storeJson(members: readonly MemberRecord[], index: bigint): string {
  const root = node('/', {
    0: node('/0', { members: node('/0/members', memberNodes(members)) }),
    1: node('/1', {}),
  });
  return goJson(`{"Root":${JSON.stringify(root)},"CurrentIndex":${index},"CurrentVersion":${STORE_VERSION}}`);
}

function node(path: string, children: StoreNode['Children'], value = ''): StoreNode {
  return {
    Path: path,
    CreatedIndex: 0,
    ModifiedIndex: 0,
    ExpireTime: NO_EXPIRY,
    Value: value,
    Children: children,
  };
}
