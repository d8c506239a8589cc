import type { LocalEtcd } from '../model/local-etcd.js';
import { type NodeReader, pairIn } from './local-etcd.js';
import type { NodeFiles } from './node-files.js';

const FOLDER = '/etc/kubernetes/pki/etcd';
const DATA = '/var/lib/etcd';

/** The client certificates among kubeadm's files, the one with the fewest rights first. */
const PAIRS = [
  [FOLDER, 'healthcheck-client'],
  ['/etc/kubernetes/pki', 'apiserver-etcd-client'],
  [FOLDER, 'server'],
  [FOLDER, 'peer'],
] as const;

/** The certificates that kubeadm makes, without a manifest: etcd at its usual port. */
export const certificates: NodeReader = {
  places: [FOLDER],
  async find(files) {
    const ca = `${FOLDER}/ca.crt`;
    if (files.access(ca) === 'absent') return [];
    const pairs = PAIRS.flatMap(
      ([folder, name]) => pairIn(files, folder, [`${name}.crt`, `${name}.key`]) ?? [],
    );
    const [pair] = pairs;
    if (pair === undefined) return [];
    return [
      {
        layout: 'certificates',
        source: files.locate(FOLDER),
        endpoints: ['https://127.0.0.1:2379'],
        caFile: files.locate(ca),
        ...pair,
        ...memberIn(files),
      },
    ];
  },
};

/** The member whose data is at kubeadm's place: its manifest may have been moved away to stop it. */
function memberIn(files: NodeFiles): Pick<LocalEtcd, 'member'> {
  if (files.access(`${DATA}/member`) === 'absent') return {};
  return { member: { dataDirectory: files.locate(DATA), peerUrls: [] } };
}
