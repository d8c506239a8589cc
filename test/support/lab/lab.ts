import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { labFolder } from '../../../scripts/lib/etcd/watchdog.mjs';
import { type Cluster, type MemberOptions, startEtcd } from '../../../scripts/lib/etcd-server.mjs';
import { createPki, type Pki } from '../../../scripts/lib/pki.mjs';
import { type CompleteReference, loadReference } from '../../../scripts/lib/reference.mjs';
import { compareVersions } from '../../../scripts/lib/version.mjs';
import { type Program, programAt, type RunOptions, type RunResult, run } from './program.js';

/**
 * plain: http, without auth. tls: https with required client certificates, as on a kubeadm node.
 * auth: http, with auth enabled; root's password is `rootPassword`.
 */
export type Profile = 'plain' | 'tls' | 'auth';

export interface LabOptions {
  /** The newest at hand when absent. */
  readonly reference?: CompleteReference;
  readonly profile?: Profile;
  readonly members?: number;
  readonly authToken?: string;
  readonly extraArgs?: string[];
  /** See `startEtcd`. Auth then stays as in the prepared data, also in the auth profile. */
  readonly prepare?: (members: readonly MemberAddress[]) => Promise<void>;
  /** Environment variables of the servers. */
  readonly serverEnv?: Record<string, string>;
  /** What one member has besides, from index 0. Gets the certificates of the tls profile. */
  readonly memberOptions?: (index: number, pki: Pki | undefined) => MemberOptions;
}

/** A member that has not been started yet. */
export interface MemberAddress {
  readonly name: string;
  readonly peerUrl: string;
  readonly dataDir: string;
}

/** Real servers of one version, and what is needed to connect to them. */
export interface Lab {
  readonly version: string;
  readonly profile: Profile;
  readonly cluster: Cluster;
  /** Only in the tls profile. */
  readonly pki: Pki | undefined;
  /** The real programs of the servers' version; etcdutl exists from 3.5 on. */
  readonly etcdctl: Program;
  readonly etcdutl: Program | undefined;
  /** The newest real etcdctl at hand, with which ours is compared on servers of all versions. */
  readonly newestEtcdctl: Program;
  /** A folder for files of the tests; removed by `stop`. */
  readonly folder: string;
  /** The global flags with which etcdctl connects to all members or to these endpoints; as root in the auth profile. */
  flags(endpoints?: readonly string[]): string[];
  /** Runs the real etcdctl of the servers' version with `flags()`, to prepare a state; throws unless it succeeds. */
  real(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  stop(): Promise<void>;
}

export const rootPassword = 'root-secret';

/** All versions with server and etcdctl at hand, oldest first. */
export const references: readonly CompleteReference[] = loadReference();

/**
 * Whether the newest real etcdctl at hand, with which ours is compared, has at least this version:
 * behaviour that changed in 3.6 can only be compared with 3.6 or later.
 */
export function comparesWithAtLeast(version: string): boolean {
  return compareVersions(newest().version, version) >= 0;
}

/** The real etcdctl with which ours is compared. */
export function newestEtcdctl(): Program {
  return programAt(newest().etcdctl);
}

/** Starts servers and waits until they serve. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const { reference = newest(), profile = 'plain', members = 1 } = options;
  const { authToken, extraArgs, prepare, serverEnv, memberOptions } = options;
  const folder = mkdtempSync(path.join(labFolder(), 'files-'));
  const pki =
    profile === 'tls' ? await createPki(path.join(folder, 'pki'), { algorithm: 'ecdsa' }) : undefined;
  const cluster = await startEtcd({
    program: reference.etcd,
    members,
    ...(pki !== undefined && { tls: pki, clientCertAuth: true }),
    ...(authToken !== undefined && { authToken }),
    ...(extraArgs !== undefined && { extraArgs }),
    ...(prepare !== undefined && { prepare }),
    ...(serverEnv !== undefined && { env: serverEnv }),
    ...(memberOptions !== undefined && { memberOptions: (index: number) => memberOptions(index, pki) }),
  });
  const lab = describeLab({ reference, profile, cluster, pki, folder });
  if (profile === 'auth' && prepare === undefined) await turnUsersOn(lab);
  return lab;
}

function describeLab(
  parts: Pick<Lab, 'profile' | 'cluster' | 'pki' | 'folder'> & { reference: CompleteReference },
): Lab {
  const { reference, profile, cluster, pki, folder } = parts;
  const etcdctl = programAt(reference.etcdctl);
  const flags = (endpoints: readonly string[] = cluster.endpoints) => [
    `--endpoints=${endpoints.join(',')}`,
    ...(pki === undefined ? [] : clientFlags(pki)),
    ...(profile === 'auth' ? [`--user=root:${rootPassword}`] : []),
  ];
  return {
    version: reference.version,
    profile,
    cluster,
    pki,
    folder,
    etcdctl,
    newestEtcdctl: newestEtcdctl(),
    etcdutl: reference.etcdutl === undefined ? undefined : programAt(reference.etcdutl),
    flags,
    real: (args, options) => mustSucceed(etcdctl, [...flags(), ...args], options),
    async stop() {
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function clientFlags(pki: Pki): string[] {
  return [`--cacert=${pki.caCert}`, `--cert=${pki.client.cert}`, `--key=${pki.client.key}`];
}

async function turnUsersOn(lab: Lab): Promise<void> {
  const endpoints = `--endpoints=${lab.cluster.endpoints.join(',')}`;
  for (const args of [
    ['user', 'add', `root:${rootPassword}`],
    ['user', 'grant-role', 'root', 'root'],
    ['auth', 'enable'],
  ]) {
    await mustSucceed(lab.etcdctl, [endpoints, ...args]);
  }
}

async function mustSucceed(
  program: Program,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await run(program, args, options);
  if (result.code !== 0) {
    throw new Error(`${args.join(' ')}\nended with ${result.code ?? result.signal}: ${result.stderr}`);
  }
  return result;
}

function newest(): CompleteReference {
  const reference = references.at(-1);
  if (reference === undefined) throw new Error('no real etcd: run `npm run reference`');
  return reference;
}
