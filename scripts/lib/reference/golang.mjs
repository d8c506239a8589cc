// Builds etcd from source if a Go toolchain is installed: releases that are not in package archives.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { capture, findProgram, lastLine } from '../command.mjs';
import { referenceModules } from '../paths.mjs';
import { compareVersions } from '../version.mjs';
import { adopt, makeStaging } from './store.mjs';

/** @typedef {import('./plan.mjs').Plan} Plan */

/** Main packages, and the file names that `go build` gives their programs. */
const builds = [
  { main: 'go.etcd.io/etcd/server/v3', built: 'server', program: 'etcd' },
  { main: 'go.etcd.io/etcd/etcdctl/v3', built: 'etcdctl', program: 'etcdctl' },
  { main: 'go.etcd.io/etcd/etcdutl/v3', built: 'etcdutl', program: 'etcdutl' },
];

/**
 * @returns {{ plans: Plan[], note?: string }} one plan for each module below `reference/`; the note says why there are none
 */
export function goPlans() {
  const go = findProgram('go', ['/usr/local/go/bin']);
  if (go === undefined) return { plans: [], note: 'Building with Go: skipped, no Go toolchain here' };
  return {
    plans: readdirSync(referenceModules).flatMap((name) => {
      const folder = path.join(referenceModules, name);
      if (!existsSync(path.join(folder, 'go.mod'))) return [];
      const version = pinnedVersion(folder);
      return [
        {
          key: `go:${version}`,
          label: `${version} built with Go`,
          lane: 'go',
          version,
          obtain: () => obtain(go, folder),
        },
      ];
    }),
  };
}

/**
 * @param {string} go
 * @param {string} folder
 */
async function obtain(go, folder) {
  const staging = makeStaging();
  try {
    const env = { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOWORK: 'off' };
    const toolchain = await checkToolchain(go, folder, env);
    const programs = path.join(staging, 'programs');
    mkdirSync(programs);
    const flags = [
      '-trimpath',
      '-ldflags',
      '-s -w',
      '-mod=readonly',
      '-modcacherw',
      '-o',
      `${programs}${path.sep}`,
    ];
    const args = ['build', ...flags, ...builds.map(({ main }) => main)];
    const built = await capture(go, args, { cwd: folder, env });
    if (!built.ok) throw new Error(lastLine(built.stderr));
    for (const { built: name, program } of builds) {
      renameSync(path.join(programs, name), path.join(programs, program));
    }
    return await adopt(programs, `built with ${toolchain}`);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * @param {string} go
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>} the toolchain's version, such as `go1.25.0`
 * @throws {Error} when it is older than the module requires; another toolchain is not downloaded
 */
async function checkToolchain(go, folder, env) {
  const result = await capture(go, ['env', 'GOVERSION'], { env });
  const toolchain = result.stdout.trim();
  const needed = /^go (\S+)$/m.exec(readFileSync(path.join(folder, 'go.mod'), 'utf8'))?.[1] ?? '';
  if (!result.ok) throw new Error(lastLine(result.stderr));
  if (compareVersions(toolchain.replace(/^go/, ''), needed) < 0) {
    throw new Error(`it needs Go ${needed} and this is ${toolchain}`);
  }
  return toolchain;
}

/** @param {string} folder */
function pinnedVersion(folder) {
  const text = readFileSync(path.join(folder, 'go.mod'), 'utf8');
  const version = /go\.etcd\.io\/etcd\/server\/v3 v(\S+)/.exec(text)?.[1];
  if (version === undefined) throw new Error(`${folder}/go.mod does not require go.etcd.io/etcd/server/v3`);
  return version;
}
