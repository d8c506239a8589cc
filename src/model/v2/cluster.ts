/** A member as the version 2 API describes it (client/v2/members.go of etcd 3.5). */
export interface V2Member {
  /** Hexadecimal. */
  readonly id: string;
  /** Empty: it has not been started yet. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
}
