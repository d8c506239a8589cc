/** The way in which etcd is set up on a node. */
export type NodeLayout =
  | 'kubeadm'
  | 'external'
  | 'k3s'
  | 'rke2'
  | 'k0s'
  | 'kubespray'
  | 'process'
  | 'certificates';

/**
 * The etcd of a node, as its files or its process describe it. This process can open the paths as they are: they begin with the root
 * that was searched.
 */
export interface LocalEtcd {
  readonly layout: NodeLayout;
  /** Where it was found: the path of a file or directory, or `process 1234`. */
  readonly source: string;
  readonly endpoints: readonly string[];
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Absent for an external etcd, of which the node is only a client. */
  readonly member?: LocalMember;
}

/** The member that runs on the node. What its configuration does not say is absent. */
export interface LocalMember {
  readonly name?: string;
  readonly dataDirectory?: string;
  readonly walDirectory?: string;
  readonly peerUrls: readonly string[];
  /** `name=url,name=url`, as in `--initial-cluster`. */
  readonly initialCluster?: string;
  readonly initialClusterToken?: string;
}

/** What a search found on a node. */
export interface NodeSearch {
  /** Those whose files can be read, in the order of precedence. `--local` uses the first. */
  readonly found: readonly LocalEtcd[];
  /** The directory that was searched: `/`, or that of `--root`. */
  readonly root: string;
  /** What was looked at: paths below the root, and words. */
  readonly places: readonly string[];
  /** The files and directories among them, and those they name, that could not be read for lack of permission. */
  readonly denied: readonly string[];
}

/** `/etc/etcd/etcd.conf.yml (external)`: where the etcd was found, and how it is set up, where that says more. */
export function sourceText({ layout, source }: Pick<LocalEtcd, 'layout' | 'source'>): string {
  return layout === 'process' ? source : `${source} (${layout})`;
}
