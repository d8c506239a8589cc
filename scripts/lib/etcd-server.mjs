// Real etcd servers on the loopback interface, for tests and demonstrations.
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { memberArgs, serverVersion } from './etcd/flags.mjs';
import { MemberProcess, PortTakenError } from './etcd/member.mjs';
import { freePorts } from './etcd/ports.mjs';
import { labFolder } from './etcd/watchdog.mjs';

/** @typedef {import('./pki.mjs').PairFiles} PairFiles */
/** @typedef {import('./etcd/flags.mjs').MemberAddress} MemberAddress */
/** @typedef {import('./etcd/flags.mjs').ServerSettings} ServerSettings */

/**
 * Certificates of the servers; a `Pki` has all of them. Without `peer`, members use plain http between each other.
 *
 * @typedef {{ caCert: string, server: PairFiles, peer?: PairFiles }} ServerTls
 */

/**
 * @typedef {object} StartOptions
 * @property {string} program the etcd server, 3.4 or later
 * @property {ServerTls} [tls] serves https
 * @property {boolean} [clientCertAuth] with `tls`: clients need a certificate signed by the CA
 * @property {number} [members] 1 when absent
 * @property {string} [authToken] such as `simple` or `jwt,pub-key=...`
 * @property {string[]} [extraArgs] further flags for every member
 * @property {string} [dataDir] for one member: starts with this data directory, such as one that was restored, and
 *   does not remove it
 * @property {(members: readonly MemberAddress[]) => Promise<void>} [prepare] creates the members' data
 *   directories before they start; called again when ports turn out to be in use
 * @property {Record<string, string>} [env] for every member, such as ETCD_VERIFY
 * @property {(index: number) => MemberOptions} [memberOptions] what one member has besides, from index 0
 */

/**
 * @typedef {object} MemberOptions
 * @property {string} [program] another etcd server
 * @property {string[]} [extraArgs] they come last, and replace flags with the same name
 */

/**
 * @typedef {object} Member
 * @property {string} name `m1`, `m2`, ...
 * @property {string} clientUrl
 * @property {string} peerUrl
 * @property {string} metricsUrl plain http, also when the client URL is https
 * @property {string} dataDir
 * @property {number | undefined} pid undefined while the member is not running
 */

/**
 * @typedef {object} Cluster
 * @property {string} version of the servers
 * @property {string[]} endpoints client URLs of all members
 * @property {Member[]} members
 * @property {() => Promise<void>} stop stops all members and removes their data; may be called twice
 * @property {(index: number) => Promise<void>} restart stops a member if it is running, starts it with the same data
 *   and ports, and waits until it serves
 * @property {(index: number) => Promise<void>} kill ends the member with SIGKILL
 * @property {(index: number) => void} pause stops the process (SIGSTOP): connections stay open, requests get no answer
 * @property {(index: number) => void} resume
 * @property {() => Promise<void>} serving waits until every member that is running and not paused serves: when a
 *   leader is killed, writes are lost until the others have elected a new one
 * @property {() => string} logs of all members
 */

/** Another process can take a port between the check and the listen; more failures than this have another cause. */
const maxAttempts = 5;

/**
 * Starts one server or a cluster and waits until every member serves, and members know the version of their cluster. The servers are
 * killed when this process ends, SIGKILL included.
 *
 * @param {StartOptions} options
 * @returns {Promise<Cluster>}
 * @throws {Error} when a member exits or does not serve in time; the message has lines of its log
 */
export async function startEtcd(options) {
  const version = await serverVersion(options.program);
  for (let attempt = 1; ; attempt++) {
    const folder = mkdtempSync(path.join(labFolder(), 'cluster-'));
    const { members, processes } = await layOut(options, version, folder);
    try {
      await options.prepare?.(members);
      for (const process of processes) process.start();
      await Promise.all(processes.map((process) => process.ready()));
      if (processes.length > 1) await Promise.all(processes.map((process) => process.knowsClusterVersion()));
      return clusterOf({ version, folder, members, processes });
    } catch (error) {
      await Promise.all(processes.map((process) => process.end('SIGKILL')));
      rmSync(folder, { recursive: true, force: true });
      if (!(error instanceof PortTakenError) || attempt === maxAttempts) throw error;
    }
  }
}

/**
 * @param {StartOptions} options
 * @param {string} version
 * @param {string} folder
 * @returns {Promise<{ members: MemberAddress[], processes: MemberProcess[] }>}
 */
async function layOut(options, version, folder) {
  const { program, tls, members: count = 1 } = options;
  const ports = await freePorts(count * 3);
  const clientScheme = tls === undefined ? 'http' : 'https';
  const peerScheme = tls?.peer === undefined ? 'http' : 'https';
  const members = Array.from({ length: count }, (_, index) => ({
    name: `m${index + 1}`,
    dataDir: (count === 1 ? options.dataDir : undefined) ?? path.join(folder, `m${index + 1}.etcd`),
    clientUrl: `${clientScheme}://127.0.0.1:${ports[index * 3]}`,
    peerUrl: `${peerScheme}://127.0.0.1:${ports[index * 3 + 1]}`,
    metricsUrl: `http://127.0.0.1:${ports[index * 3 + 2]}`,
  }));
  /** @type {ServerSettings} */
  const settings = {
    program,
    version,
    tls,
    clientCertAuth: options.clientCertAuth ?? false,
    authToken: options.authToken,
    extraArgs: options.extraArgs ?? [],
  };
  const processes = members.map((member, index) => {
    const { program: own = program, extraArgs = [] } = options.memberOptions?.(index) ?? {};
    return new MemberProcess(own, [...memberArgs(settings, member, members), ...extraArgs], {
      logFile: path.join(folder, `${member.name}.log`),
      metricsUrl: member.metricsUrl,
      env: options.env ?? {},
    });
  });
  return { members, processes };
}

/**
 * @param {{ version: string, folder: string, members: MemberAddress[], processes: MemberProcess[] }} parts
 * @returns {Cluster}
 */
function clusterOf({ version, folder, members, processes }) {
  const at = (/** @type {number} */ index) => {
    const process = processes[index];
    if (process === undefined) throw new RangeError(`there is no member ${index}`);
    return process;
  };
  return {
    version,
    endpoints: members.map(({ clientUrl }) => clientUrl),
    members: members.map((member, index) => describeMember(member, at(index))),
    async stop() {
      // On SIGTERM a leader first transfers its leadership, and waits for members that are stopping too.
      const signal = processes.length > 1 ? 'SIGKILL' : 'SIGTERM';
      await Promise.all(processes.map((process) => process.end(signal)));
      rmSync(folder, { recursive: true, force: true });
    },
    restart: (index) => restart(at(index)),
    kill: (index) => at(index).end('SIGKILL'),
    pause: (index) => at(index).pause(),
    resume: (index) => at(index).resume(),
    async serving() {
      const running = processes.filter((process) => process.pid !== undefined && !process.isPaused);
      await Promise.all(running.map((process) => process.ready()));
    },
    logs: () => processes.map((process) => process.log()).join(''),
  };
}

/**
 * @param {MemberAddress} address
 * @param {MemberProcess} process
 * @returns {Member}
 */
function describeMember({ name, clientUrl, peerUrl, metricsUrl, dataDir }, process) {
  return {
    name,
    clientUrl,
    peerUrl,
    metricsUrl,
    dataDir,
    get pid() {
      return process.pid;
    },
  };
}

/** @param {MemberProcess} process */
async function restart(process) {
  await process.end('SIGTERM');
  for (let attempt = 1; ; attempt++) {
    process.start();
    try {
      return await process.ready();
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === maxAttempts) throw error;
    }
  }
}
