/** Exit statuses of etcdctl and etcdutl, the same from 3.4 to 3.7 (pkg/cobrautl/error.go). */
export const ExitCode = {
  ok: 0,
  error: 1,
  badConnection: 2,
  invalidInput: 3,
  badFeature: 4,
  interrupted: 5,
  /** This one and the next are for the version 2 commands (ctlv2 of etcd 3.5). */
  serverError: 4,
  clusterNotHealthy: 5,
  io: 6,
  /** Of `watch --checkpoint`, which etcdctl does not have: the events after the checkpoint have been compacted. */
  compacted: 7,
  badArguments: 128,
} as const;

/** One of the statuses above, or the status of a child process that a command ran. */
export type ExitCode = number;
