import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { labFolder } from '../../scripts/lib/etcd/watchdog.mjs';
import { startEtcd } from '../../scripts/lib/etcd-server.mjs';
import { createPki } from '../../scripts/lib/pki.mjs';
import { newestReference } from '../contenders.mjs';

/**
 * @typedef {object} ClusterStage
 * @property {import('../../scripts/lib/etcd-server.mjs').Cluster} cluster
 * @property {string[]} tlsFlags global flags with which etcdctl trusts the members
 * @property {string} folder for files of the rows; removed by `stop`
 * @property {() => Promise<void>} stop stops the members and removes their data and `folder`
 */

/**
 * A cluster with mutual TLS between all and to clients.
 *
 * @param {number} members
 * @returns {Promise<ClusterStage>}
 */
export async function startCluster(members) {
  const folder = mkdtempSync(path.join(labFolder(), 'bench-'));
  const pki = await createPki(path.join(folder, 'pki'), { algorithm: 'ecdsa' });
  const cluster = await startEtcd({
    program: newestReference().etcd,
    members,
    tls: pki,
    clientCertAuth: true,
  });
  return {
    cluster,
    tlsFlags: [`--cacert=${pki.caCert}`, `--cert=${pki.client.cert}`, `--key=${pki.client.key}`],
    folder,
    async stop() {
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
