/**
 * What etcd says and hears, in plain data, a file a service. 64-bit numbers are bigint, keys and values are bytes. Responses carry every
 * field; requests may leave out those that keep their default. Source: etcd api/v3.
 */
export interface ResponseHeader {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  readonly revision: bigint;
  readonly raftTerm: bigint;
}

/** What Go has in the place of an absent header. */
export const NO_HEADER: ResponseHeader = { clusterId: 0n, memberId: 0n, revision: 0n, raftTerm: 0n };
