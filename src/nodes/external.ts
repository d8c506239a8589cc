import { settingsFromArguments } from './etcd-settings.js';
import { listOf, type NodeReader } from './local-etcd.js';
import { readStaticPod } from './static-pod.js';

const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';

/** The cluster that the Kubernetes API server of this node is a client of. */
export const external: NodeReader = {
  places: [MANIFEST],
  async find(files) {
    const pod = await readStaticPod(files, MANIFEST, 'kube-apiserver');
    if (pod === undefined) return [];
    const flags = settingsFromArguments(pod.args);
    const endpoints = listOf(flags['etcd-servers']);
    if (endpoints.length === 0) return [];
    const fileOf = (path: string) => files.locate(pod.pathOnNode(path));
    const { 'etcd-cafile': ca, 'etcd-certfile': cert, 'etcd-keyfile': key } = flags;
    return [
      {
        layout: 'external',
        source: files.locate(MANIFEST),
        endpoints,
        ...(ca && { caFile: fileOf(ca) }),
        ...(cert && { certFile: fileOf(cert) }),
        ...(key && { keyFile: fileOf(key) }),
      },
    ];
  },
};
