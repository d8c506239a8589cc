import type { CommandDeclaration } from '../../cli/command.js';

/** What the help page of etcdctl says about each command, as its declaration does: the page is shown without loading all commands. */
export const SUMMARIES: Readonly<Record<string, Required<Pick<CommandDeclaration, 'group' | 'summary'>>>> = {
  get: { group: 'kv', summary: 'Get a key or a range of keys' },
  put: { group: 'kv', summary: 'Set the value of a key' },
  del: { group: 'kv', summary: 'Delete a key or a range of keys' },
  txn: { group: 'kv', summary: 'Compare keys and apply requests in one transaction' },
  top: { group: 'kv', summary: 'List the prefixes with the most bytes and keys' },
  diff: {
    group: 'kv',
    summary: 'Compare the keys of a snapshot with those of another one, or of the cluster',
  },
  export: {
    group: 'kv',
    summary: 'Write keys and values as lines of JSON, for import and for other programs',
  },
  import: { group: 'kv', summary: 'Write the keys of an export to the cluster' },
  compaction: { group: 'kv', summary: 'Compact the event history up to a revision' },
  lease: { group: 'kv', summary: 'Manage leases' },
  member: { group: 'cluster', summary: 'Manage the members of the cluster' },
  endpoint: { group: 'cluster', summary: 'Check the health, status and hash of each endpoint' },
  alarm: { group: 'cluster', summary: 'List and disarm alarms, recover from a full database' },
  doctor: {
    group: 'cluster',
    summary: 'Examine the whole cluster, and say what is wrong and how to mend it',
  },
  defrag: { group: 'cluster', summary: 'Defragment the database of each endpoint' },
  'move-leader': { group: 'cluster', summary: 'Transfer leadership to another member' },
  downgrade: { group: 'cluster', summary: 'Downgrade the cluster to the previous minor version' },
  snapshot: { group: 'cluster', summary: 'Save, check and restore snapshots' },
  watch: { group: 'kv', summary: 'Watch a key or a range of keys and print the events' },
  lock: { group: 'concurrency', summary: 'Acquire a lock and hold it, optionally while a command runs' },
  elect: { group: 'concurrency', summary: 'Campaign in a leader election, or observe it' },
  auth: { group: 'auth', summary: 'Enable or disable authentication' },
  user: { group: 'auth', summary: 'Manage users' },
  role: { group: 'auth', summary: 'Manage roles and their permissions' },
  'make-mirror': { group: 'utility', summary: 'Mirror keys to another etcd cluster' },
  check: { group: 'utility', summary: 'Check the performance and memory usage of a cluster' },
  local: {
    group: 'utility',
    summary: 'Find the etcd of this node, and print the variables for connecting to it',
  },
  profile: { group: 'utility', summary: 'Name clusters, and the flags for them' },
  completion: { group: 'utility', summary: 'Print a shell completion script' },
  version: { group: 'utility', summary: 'Print the etcdctl version that this program is compatible with' },
};
