/** The report of `doctor`: what was found in a cluster, and what the members are. */

/**
 * - `failure`: something does not work
 * - `unknown`: something could not be asked; it may be good or bad
 * - `warning`: it works, and needs a person before long
 * - `hint`: worth knowing; the cluster is healthy with it
 */
export type Severity = 'failure' | 'unknown' | 'warning' | 'hint';

export interface Finding {
  /** Stable: `member-unreachable`. */
  readonly id: string;
  readonly severity: Severity;
  readonly memberId?: bigint | undefined;
  /** Its name; its id in hexadecimal when it has none. */
  readonly member?: string | undefined;
  readonly endpoint?: string | undefined;
  /** One or two sentences. */
  readonly what: string;
  /** What to do, in sentences. */
  readonly advice: string;
  /** Command lines for a shell that mend it, in their order. */
  readonly commands: readonly string[];
}

/** A certificate, as far as an operator has to know it. */
export interface CertificateSummary {
  /** As `CN=etcd,O=example`. */
  readonly subject: string;
  /** `DNS:localhost`, `IP:127.0.0.1`. */
  readonly names: readonly string[];
  /** RFC 3339, in UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Whole days until `notAfter`; negative when it has expired. */
  readonly daysLeft: number;
}

/** What is known of one member. Absent: it could not be asked. */
export interface DoctorMember {
  readonly id: bigint;
  readonly name: string;
  readonly isLearner: boolean;
  readonly isLeader: boolean;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  /** Where it answered. */
  readonly endpoint?: string | undefined;
  readonly isReachable: boolean;
  readonly version?: string | undefined;
  readonly revision?: bigint | undefined;
  readonly raftTerm?: bigint | undefined;
  readonly raftIndex?: bigint | undefined;
  readonly raftAppliedIndex?: bigint | undefined;
  readonly dbSizeBytes?: bigint | undefined;
  readonly dbSizeInUseBytes?: bigint | undefined;
  readonly dbQuotaBytes?: bigint | undefined;
  /** Of the history up to `hashRevision` of the report. */
  readonly hash?: number | undefined;
  /** The median of several linearizable reads, in milliseconds. */
  readonly readMs?: number | undefined;
  /** How far its clock is ahead of this machine's, in milliseconds. */
  readonly clockOffsetMs?: number | undefined;
  /** The certificate that it presents; absent also without TLS. */
  readonly certificate?: CertificateSummary | undefined;
}

export type DoctorState = 'healthy' | 'attention' | 'unhealthy' | 'unknown';

export interface DoctorReport {
  readonly schemaVersion: 1;
  readonly state: DoctorState;
  /** RFC 3339, in UTC, of the clock of this machine. */
  readonly startedAt: string;
  readonly tookMs: number;
  /** Absent when nothing answered. */
  readonly clusterId?: bigint | undefined;
  readonly clusterVersion?: string | undefined;
  readonly leader?: bigint | undefined;
  readonly hashRevision?: bigint | undefined;
  readonly failures: number;
  readonly unknowns: number;
  readonly warnings: number;
  readonly hints: number;
  /** The worst first. */
  readonly findings: readonly Finding[];
  readonly members: readonly DoctorMember[];
  /** Of this program, if it has one. */
  readonly clientCertificate?: CertificateSummary | undefined;
}
