/**
 * The commands of docs/install.md, with what `npm run release` made in place of the downloads, below a root directory of their own. dpkg,
 * rpm and npm are the real ones; docker and gh are not.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../../scripts/lib/command.mjs';
import { etcdClientPackage, findRpm } from '../../../scripts/lib/ports.mjs';
import { releaseFolder } from '../../support/dockerfile.js';
import { type DocumentedCluster, threeMembers } from '../../support/lab/documented-clusters.js';
import { DocumentedPlace, followSection } from '../../support/lab/documented-place.js';
import { type DocumentedSection, documentedSections } from '../../support/lab/documented-sections.js';
import { canChangeRoot } from '../../support/lab/root-directory.js';

const made = existsSync(releaseFolder) ? readdirSync(releaseFolder) : [];
const npmPackage = path.join(releaseFolder, made.find((name) => name.endsWith('.tgz')) ?? '');
const executable = process.env.ETCDCTL_UNDER_TEST ?? '';
const real = (program: string) => findProgram(program, ['/usr/sbin', '/sbin']) ?? program;

/** What the machine needs for a section, besides bash. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  'On Debian and Ubuntu': ['dpkg'],
  "Beside etcd's own programs": ['dpkg', 'update-alternatives'],
};

/** What kind of file of the release a section takes; some machines cannot make it. */
const TAKES: Readonly<Record<string, string>> = {
  'On Debian and Ubuntu': '_amd64.deb',
  'On RHEL, Fedora and SUSE': '.x86_64.rpm',
  "Beside etcd's own programs": '_amd64.deb',
};

/** The section leaves none of our files. */
const REMOVES = ['With npm', 'From an archive', 'On Debian and Ubuntu', 'On RHEL, Fedora and SUSE'];

const sections = documentedSections('install.md').filter(({ blocks }) =>
  blocks.some(({ kind }) => kind === 'commands'),
);

function reasonToSkip({ heading }: DocumentedSection): string | undefined {
  if (executable === '') return 'the npm package is tested in package.test.ts';
  if (!made.includes('SHA256SUMS')) return 'npm run release has not been run';
  if (process.arch !== 'x64') return 'the names of files are those for x64';
  const taken = TAKES[heading] ?? 'SHA256SUMS';
  if (!made.some((name) => name.endsWith(taken))) return `npm run release has made no ${taken}`;
  const missing = NEEDS[heading]?.find((program) => findProgram(program, ['/usr/sbin']) === undefined);
  if (missing !== undefined) return `there is no ${missing}`;
  if (heading.startsWith('On RHEL') && findRpm() === undefined) return 'there is no rpm';
  if (process.getuid?.() !== 0 && !canChangeRoot) return 'this machine forbids to be root in a namespace';
  const isBeside = heading.startsWith('Beside');
  return isBeside && etcdClientPackage() === undefined ? 'there is no package etcd-client' : undefined;
}

/** Programs that take what is below the root directory, and the files of the release, for those of the machine and of the network. */
function programsFor(top: string): Readonly<Record<string, string>> {
  const dpkg = ['not-root', 'depends', 'script-chrootless', 'bad-path'].map((each) => `--force-${each}`);
  const alternatives = `--altdir ${top}/etc/alternatives --admindir ${top}/var/lib/dpkg/alternatives`;
  const asRoot = process.getuid?.() === 0 ? '' : 'unshare --map-root-user ';
  const rpmVariables = Object.entries(findRpm()?.env ?? {})
    .map((each) => each.join('='))
    .join(' ');
  return {
    sudo: 'exec "$@"',
    curl: `for url; do :; done; exec cp '${releaseFolder}'/"\${url##*/}" .`,
    dpkg: `exec ${asRoot}${real('dpkg')} --root=${top} ${dpkg.join(' ')} "$@"`,
    rpm: `${rpmVariables} exec ${asRoot}${findRpm()?.program} --root=${top} --nodeps "$@"`,
    'update-alternatives': `exec ${real('update-alternatives')} ${alternatives} --log /dev/null "$@"`,
    npm: `case "$*" in "install --global etcdctl-ts"*) set -- install --global --offline '${npmPackage}';; esac
exec ${real('npm')} "$@"`,
    npx: `exec ${real('npx')} --yes --offline '--package=${npmPackage}' "$@"`,
    docker: `case "$*" in
"run --rm ghcr.io/"*" version") exec '${executable}' version;;
"run --rm --network host --user 0 --read-only --volume "*" --local endpoint health") ;;
*) exit 125;;
esac`,
    gh: `[ "$1 $2 $4 $5" = "attestation verify --repo etcdctl-ts/etcdctl-ts" ]
case "$3" in oci://ghcr.io/*) ;; *) test -f "$3";; esac`,
  };
}

/** The files of this program below the root directory, such as `usr/bin/etcdctl-ts`. */
function ourFiles(top: string): readonly string[] {
  return readdirSync(top, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^usr\/.*etcd[cu]tl/.test(name))
    .sort();
}

/** A root directory without programs, for one section. */
function makeTop(home: string): string {
  const top = path.join(home, 'top');
  for (const name of [
    'usr/local/bin',
    'usr/bin',
    'etc/alternatives',
    'var/lib/dpkg/alternatives',
    'var/lib/dpkg/info',
  ]) {
    mkdirSync(path.join(top, name), { recursive: true });
  }
  writeFileSync(path.join(top, 'var/lib/dpkg/status'), '');
  return top;
}

describe('docs/install.md', () => {
  let shared: DocumentedCluster;
  beforeAll(async () => {
    if (executable !== '') shared = await threeMembers();
  });
  afterAll(() => shared?.stop());

  function inTop(top: string, { heading }: DocumentedSection): DocumentedCluster {
    return {
      env: {
        PATH: `${top}/usr/local/bin:${top}/usr/bin:${process.env.PATH}`,
        npm_config_prefix: `${top}/usr/local`,
        npm_config_cache: `${top}/npm-cache`,
      },
      here: { ...shared.here, '/usr/': `${top}/usr/` },
      programs: programsFor(top),
      installsPrograms: !heading.startsWith('Completion'),
      stop: async () => {},
    };
  }

  for (const section of sections) {
    const { heading } = section;
    const reason = reasonToSkip(section);
    it.skipIf(reason !== undefined)(
      reason === undefined ? heading : `${heading}: not run, ${reason}`,
      async () => {
        const place = new DocumentedPlace();
        try {
          const top = makeTop(place.home);
          const cluster = inTop(top, section);
          if (heading.startsWith('Beside')) installEtcdClient(cluster);
          await followSection(section, cluster, place);
          if (REMOVES.includes(heading)) expect(ourFiles(top)).toEqual([]);
        } finally {
          place.remove();
        }
      },
    );
  }
});

/** Debian's package of the real etcdctl. */
function installEtcdClient({ programs }: DocumentedCluster): void {
  const dpkg = ['-c', programs?.dpkg ?? '', 'dpkg', '-i', etcdClientPackage() ?? ''];
  execFileSync('sh', dpkg, { stdio: 'ignore' });
}
