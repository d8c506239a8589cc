// `export` of a store like that of kube-apiserver.
import path from 'node:path';
import { measure } from '../measure/program.mjs';
import { kubernetesScene } from '../scenes/kubernetes-store.mjs';
import { row } from './row.mjs';

const KEYS = 200_000;
const BYTES = 1e9;

const scene = kubernetesScene({ keys: KEYS, bytes: BYTES });

export const exportRows = [
  row({
    id: 'export',
    title: '`export` of 200,000 keys and 1 GB (etcdctl: `get --prefix -w json`)',
    unit: 's',
    goal: '≤ 1.0×',
    runs: 3,
    scene,
    run({ folder, flags }, { name, etcdctl }) {
      const command = name.startsWith('etcd ') ? ['get', '-w', 'json'] : ['export'];
      return measure(etcdctl, [...flags, ...command, '/registry/', '--prefix'], {
        output: path.join(folder, 'output'),
      });
    },
  }),
];
