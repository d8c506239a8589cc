import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { memberArgs } from '../../../scripts/lib/etcd/flags.mjs';
import { MemberProcess } from '../../../scripts/lib/etcd/member.mjs';
import { freePorts } from '../../../scripts/lib/etcd/ports.mjs';
import { type Lab, references } from './lab.js';

/** A server that is not a member of the lab's cluster yet. */
export interface Newcomer {
  readonly name: string;
  readonly peerUrl: string;
  readonly clientUrl: string;
  /** Starts it after it has been added to the cluster, with the ETCD_INITIAL_CLUSTER that `member add` printed. Waits until it serves. */
  start(initialCluster: string): Promise<void>;
  /** Stops it and removes its data; may be called at any time. */
  stop(): Promise<void>;
}

/** A server of the same version, with the same certificates, that can join the lab's cluster; by default at a new peer URL. */
export async function prepareNewcomer(
  lab: Lab,
  { name = 'newcomer', peerUrl }: { readonly name?: string; readonly peerUrl?: string } = {},
): Promise<Newcomer> {
  const program = references.find(({ version }) => version === lab.version)?.etcd;
  if (program === undefined) throw new Error(`there is no server ${lab.version} any more`);
  const folder = mkdtempSync(path.join(lab.folder, 'newcomer-'));
  const [clientPort, peerPort, metricsPort] = await freePorts(3);
  const scheme = lab.pki === undefined ? 'http' : 'https';
  const address = {
    name,
    dataDir: path.join(folder, 'data'),
    clientUrl: `${scheme}://127.0.0.1:${clientPort}`,
    peerUrl: peerUrl ?? `${lab.pki?.peer === undefined ? 'http' : 'https'}://127.0.0.1:${peerPort}`,
    metricsUrl: `http://127.0.0.1:${metricsPort}`,
  };
  const settings = {
    program,
    version: lab.version,
    tls: lab.pki,
    clientCertAuth: lab.pki !== undefined,
    authToken: undefined,
    extraArgs: [],
  };
  let process: MemberProcess | undefined;
  return {
    name: address.name,
    peerUrl: address.peerUrl,
    clientUrl: address.clientUrl,
    async start(joins) {
      // The number of members determines the election timeout.
      const all = [...lab.cluster.members, address] as (typeof address)[];
      process = new MemberProcess(program, memberArgs({ ...settings, joins }, address, all), {
        logFile: path.join(folder, 'log'),
        metricsUrl: address.metricsUrl,
      });
      process.start();
      await process.ready();
    },
    async stop() {
      await process?.end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
