/**
 * The container image without a container engine: the stages of the Dockerfile are followed in folders, with Debian's C library as the base
 * image, and the program runs with the result as its root directory, which it cannot change.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { labFolder } from '../../../scripts/lib/etcd/watchdog.mjs';
import { CONTAINER, portRoot } from '../../../scripts/lib/ports.mjs';
import { dockerfile, filesGiven, lastOf, type Stage, stagesOf } from '../../support/dockerfile.js';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { startLayout } from '../../support/lab/node-layout.js';
import { ourEtcdctl, type Program, run } from '../../support/lab/program.js';
import { mustSucceed } from '../../support/lab/restored.js';
import { canChangeRoot, programInRoot } from '../../support/lab/root-directory.js';

const [archive, image] = stagesOf(dockerfile) as [Stage, Stage];
const sources = archive.instructions.flatMap(({ paths }) => paths.slice(0, -1));
/** The machine's architecture by Docker's name. */
const TARGETARCH = process.arch === 'x64' ? 'amd64' : process.arch;

function reasonToSkip(): string | undefined {
  if ((process.env.ETCDCTL_UNDER_TEST ?? '') === '') return 'the npm package is not in it';
  if (sources.some((source) => filesGiven(source).length === 0)) return 'npm run release has not been run';
  if (!existsSync(portRoot(CONTAINER))) return 'npm run reference has not obtained its C library';
  return canChangeRoot ? undefined : 'this machine forbids to change the root directory';
}

/** Runs the first stage, whose commands write to /image, and copies what the last one copies from there. */
function makeRoot(folder: string): void {
  const working = path.join(folder, 'working');
  const made = path.join(folder, 'image');
  mkdirSync(working);
  for (const source of sources.flatMap(filesGiven))
    copyFileSync(source, path.join(working, path.basename(source)));
  for (const { keyword, text } of archive.instructions) {
    if (keyword !== 'RUN') continue;
    const env = { PATH: process.env.PATH ?? '', TARGETARCH };
    execFileSync('sh', ['-c', text.replaceAll('/image', made)], { cwd: working, env });
  }
  const root = path.join(folder, 'root');
  cpSync(portRoot(CONTAINER), root, { recursive: true, verbatimSymlinks: true });
  for (const { keyword, from, paths } of image.instructions) {
    if (keyword !== 'COPY') continue;
    expect(from).toBe('archive');
    const [source = '', destination = ''] = paths;
    const to = path.join(root, destination);
    cpSync(source.replace(/^\/image/, made), to, { recursive: true, verbatimSymlinks: true });
  }
}

const reason = reasonToSkip();
describe.skipIf(reason !== undefined)(
  `the container image${reason === undefined ? '' : `: not run, ${reason}`}`,
  () => {
    let folder = '';
    let lab: Lab;
    beforeAll(async () => {
      folder = mkdtempSync(path.join(labFolder(), 'container-'));
      makeRoot(folder);
      lab = await startLab({ profile: 'tls' });
    }, 120_000);
    afterAll(async () => {
      await lab?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const [entrypoint = ''] = lastOf(image, 'ENTRYPOINT')?.words ?? [];
    const user = Number(lastOf(image, 'USER')?.text.split(':')[0]);

    function inContainer(mounts: readonly [string, string][], file = entrypoint, as = user): Program {
      return programInRoot(
        { folder: path.join(folder, 'root'), mounts, user: as, isReadOnly: true, isAlone: true },
        file,
      );
    }

    it('has both programs, and what their licences ask for', async () => {
      expect(await mustSucceed(inContainer([]), ['version'])).toMatch(/^etcdctl version: /);
      const etcdutl = path.join(path.dirname(entrypoint), 'etcdutl');
      expect(await mustSucceed(inContainer([], etcdutl), ['version'])).toMatch(/^etcdutl version: /);
      const documents = readdirSync(path.join(folder, 'root/usr/local/share/doc/etcdctl-ts'));
      expect(documents).toEqual(expect.arrayContaining(['LICENSE', 'THIRD-PARTY-LICENSES.txt']));
    });

    it('saves a snapshot as its user, and can write only where something is mounted', async () => {
      const backups = path.join(lab.folder, 'backups');
      mkdirSync(backups);
      const program = inContainer([
        [lab.folder, lab.folder],
        [backups, '/backups'],
      ]);
      await mustSucceed(program, [...lab.flags(), 'snapshot', 'save', '/backups/one.db']);
      await mustSucceed(ourEtcdctl(), ['snapshot', 'verify', path.join(backups, 'one.db')]);
      const refused = await run(program, [...lab.flags(), 'snapshot', 'save', '/one.db']);
      expect(refused.stderr.toString()).toContain('read-only file system');
      expect(refused.code).not.toBe(0);
    });

    it('does what the CronJob asks for', async () => {
      const manifest = readFileSync(
        new URL('../../../examples/backup/cronjob.yaml', import.meta.url),
        'utf8',
      );
      const [container] = parse(manifest).spec.jobTemplate.spec.template.spec.containers;
      const node = await startLayout('kubeadm');
      try {
        const mounts = container.volumeMounts.map(({ mountPath }: { mountPath: string }) => {
          const onNode = path.join(node.root, mountPath);
          mkdirSync(onNode, { recursive: true });
          return [onNode, mountPath];
        });
        const [file = '', ...args] = container.command as string[];
        const variables = (container.env as { name: string; value: string }[]).map(({ name, value }) => [
          name,
          value,
        ]);
        // Only certificates are mounted, for which `--local` takes etcd's usual port: name the port of this server.
        const env = {
          ...Object.fromEntries(variables),
          ETCDCTL_ENDPOINTS: node.here('https://127.0.0.1:2379'),
        };
        await mustSucceed(inContainer(mounts, file, container.securityContext.runAsUser), args, { env });
        await mustSucceed(ourEtcdctl(), ['snapshot', 'verify', path.join(node.root, 'var/backups/etcd/')]);
      } finally {
        await node.stop();
      }
    });
  },
);
