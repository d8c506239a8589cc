/**
 * The messages of etcd as plain data, one file for each service. 64-bit integers are bigint, keys and values are bytes. Responses have
 * all fields; requests may omit fields that have their default value. Source: etcd api/v3.
 */
export interface ResponseHeader {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  readonly revision: bigint;
  readonly raftTerm: bigint;
}

/** What Go has in the place of an absent header. */
export const NO_HEADER: ResponseHeader = { clusterId: 0n, memberId: 0n, revision: 0n, raftTerm: 0n };
