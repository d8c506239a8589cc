import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { labFolder } from '../../scripts/lib/etcd/watchdog.mjs';
import { startEtcd } from '../../scripts/lib/etcd-server.mjs';
import { createPki } from '../../scripts/lib/pki.mjs';
import { newestReference } from '../contenders.mjs';
import { gatewayOf } from './gateway.mjs';

/**
 * A running etcd server and what is needed to connect to it.
 *
 * @typedef {object} Server
 * @property {string} endpoint
 * @property {string[]} flags global flags with which etcdctl connects to it
 * @property {import('../../scripts/lib/pki.mjs').Pki | undefined} pki
 * @property {import('./gateway.mjs').Gateway} gateway
 * @property {string} dataDir
 * @property {string} folder for files of the rows; removed by `stop`
 * @property {() => Promise<void>} end stops the server and keeps its data
 * @property {() => Promise<void>} stop stops the server and removes its data and `folder`
 */

/** Raises the server's limits on the size of transactions and of the store. */
const RAISED_LIMITS = ['--max-txn-ops=200000', '--quota-backend-bytes=8589934592'];

/**
 * @param {object} [options]
 * @param {boolean} [options.tls] https only, with client certificates, as on a kubeadm node
 * @param {number} [options.maxRequestBytes] etcd's default when absent
 * @returns {Promise<Server>}
 */
export async function startServer({ tls = false, maxRequestBytes } = {}) {
  const folder = mkdtempSync(path.join(labFolder(), 'bench-'));
  const pki = tls ? await createPki(path.join(folder, 'pki'), { algorithm: 'ecdsa' }) : undefined;
  const dataDir = path.join(folder, 'data.etcd');
  const cluster = await startEtcd({
    program: newestReference().etcd,
    dataDir,
    extraArgs: [...RAISED_LIMITS, ...(maxRequestBytes ? [`--max-request-bytes=${maxRequestBytes}`] : [])],
    ...(pki !== undefined && { tls: pki, clientCertAuth: true }),
  });
  const [endpoint = ''] = cluster.endpoints;
  const gateway = gatewayOf(endpoint, pki);
  const end = async () => {
    gateway.close();
    await cluster.stop();
  };
  return {
    endpoint,
    pki,
    flags: [
      `--endpoints=${endpoint}`,
      ...(pki ? [`--cacert=${pki.caCert}`, `--cert=${pki.client.cert}`, `--key=${pki.client.key}`] : []),
    ],
    gateway,
    dataDir,
    folder,
    end,
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
