import type { Failure } from '../../../model/errors.js';
import type {
  ClientCertificates,
  LocalDisk,
  MetricsPage,
  PresentedCertificate,
} from '../../../model/inspection.js';
import type { MemberListResponse } from '../../../model/messages/cluster.js';
import type { HashKvResponse, StatusResponse } from '../../../model/messages/maintenance.js';

/**
 * Why a question has no answer:
 * - `unreachable`: there is no connection; `silent`: there is one, and no answer came in time
 * - `login`: the server refuses the user or the password; `denied`: the user may not ask this
 * - `unsupported`: the server does not know the question, or not as a learner
 * - `failed`: anything else
 */
export interface Trouble {
  readonly kind: 'unreachable' | 'silent' | 'login' | 'denied' | 'unsupported' | 'failed';
  /** For a person; a part of a sentence. */
  readonly words: string;
  readonly cause?: Failure;
}

export type Answer<Value> = { readonly value: Value } | { readonly trouble: Trouble };

/** The value of an answer; `undefined` when there is none, or nobody was asked. */
export function answered<Value>(answer: Answer<Value> | undefined): Value | undefined {
  return answer !== undefined && 'value' in answer ? answer.value : undefined;
}

export function troubleOf(answer: Answer<unknown> | undefined): Trouble | undefined {
  return answer !== undefined && 'trouble' in answer ? answer.trouble : undefined;
}

/** An address that was asked, and its answers. Absent: it was not asked. */
export interface Place {
  readonly endpoint: string;
  /** How often it is among the endpoints of the command; 0: a client URL of a member. */
  readonly timesGiven: number;
  readonly status: Answer<StatusResponse>;
  readonly members?: Answer<MemberListResponse>;
  readonly metrics?: Answer<MetricsPage>;
  /** Absent also without TLS. */
  readonly certificate?: Answer<PresentedCertificate>;
  readonly hash?: Answer<HashKvResponse>;
  /** Linearizable reads, one after another, in milliseconds. */
  readonly reads?: readonly Answer<number>[];
  /** After all other questions. */
  readonly lastStatus?: Answer<StatusResponse>;
}

/** Everything that was asked and answered. The checks depend on nothing else. */
export interface Observation {
  /** The clock of this machine when it began. */
  readonly startedAtMs: number;
  readonly places: readonly Place[];
  /** The revision of the hashes. */
  readonly hashRevision?: bigint | undefined;
  readonly certificates: ClientCertificates;
  readonly disks: readonly LocalDisk[];
}
