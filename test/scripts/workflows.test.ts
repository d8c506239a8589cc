/** The workflows of .github: what GitHub would only say when they run, and what must hold for their rights. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../../scripts/lib/paths.mjs';

type Permissions = string | Readonly<Record<string, string>>;

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly environment?: string;
  readonly container?: { readonly image: string; readonly options?: string };
  readonly permissions?: Permissions;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions?: Permissions;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = path.join(root, '.github', 'workflows');
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const workflows = readdirSync(folder).map((name) => ({
  name,
  // Strict: a key that is there twice is an error.
  workflow: parse(readFileSync(path.join(folder, name), 'utf8')) as Workflow,
}));

function commandsOf({ jobs }: Workflow): readonly string[] {
  return Object.values(jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run }) => (run === undefined ? [] : [run])),
  );
}

function rightsOf(job: Job, workflow: Workflow): readonly string[] {
  const rights = job.permissions ?? workflow.permissions ?? 'write-all';
  return typeof rights === 'string' ? [rights] : Object.entries(rights).map((each) => each.join(': '));
}

test('there are workflows for changes, for the night and for releases', () => {
  expect(workflows.map(({ name }) => name).sort()).toEqual(['checks.yml', 'night.yml', 'release.yml']);
});

describe.each(workflows)('$name', ({ workflow }) => {
  it('calls only scripts that exist', () => {
    const commands = commandsOf(workflow).join('\n');
    const npmScripts = [...commands.matchAll(/\bnpm (?:(?:--silent )?run ([\w:-]+)|(test)\b)/g)];
    const files = [...commands.matchAll(/\bnode ([\w./-]+\.m?js)/g)];
    expect(
      npmScripts.map(([, name, test]) => name ?? test).filter((name) => !((name ?? '') in scripts)),
    ).toEqual([]);
    expect(files.map(([, file = '']) => file).filter((file) => !existsSync(path.join(root, file)))).toEqual(
      [],
    );
  });

  it('declares its rights, and a job with more than reading has its own', () => {
    expect(workflow.permissions).toBeDefined();
    expect(rightsOf({ steps: [] }, workflow).filter((right) => right !== 'contents: read')).toEqual([]);
    for (const [name, job] of Object.entries(workflow.jobs)) {
      expect(rightsOf(job, workflow).join(), name).not.toMatch(/write-all|read-all/);
    }
  });

  it('has jobs that end, and that need jobs that exist', () => {
    for (const [name, job] of Object.entries(workflow.jobs)) {
      expect(job['timeout-minutes'], name).toBeGreaterThan(0);
      expect(Object.keys(workflow.jobs), name).toEqual(expect.arrayContaining([job.needs ?? []].flat()));
    }
  });

  it('uses actions at a major version, which dependabot keeps', () => {
    const uses = Object.values(workflow.jobs).flatMap(({ steps }) =>
      steps.flatMap((step) => step.uses ?? []),
    );
    expect(uses.filter((use) => !/^[\w-]+\/[\w-]+@v\d+$/.test(use))).toEqual([]);
  });

  it('does not put expressions into commands, where a name of a branch could be one', () => {
    expect(commandsOf(workflow).filter((command) => command.includes('${{'))).toEqual([]);
  });
});

test('jobs that run all tests are root with namespaces on Debian, so that no test of packages is skipped', () => {
  const jobs = workflows.flatMap(({ workflow }) => Object.values(workflow.jobs));
  const all = jobs.filter(({ steps }) => steps.some(({ run }) => run?.startsWith('npm run test:all')));
  expect(all.map(({ container }) => container)).toEqual([
    { image: 'debian:13', options: '--privileged' },
    { image: 'debian:13', options: '--privileged' },
  ]);
});

describe('release.yml', () => {
  const release = workflows.find(({ name }) => name === 'release.yml')?.workflow;
  const jobs = Object.entries(release?.jobs ?? {});

  it('gives each job the rights that it needs', () => {
    const rights = jobs.map(([name, job]) => [name, release && rightsOf(job, release)]);
    expect(Object.fromEntries(rights)).toEqual({
      make: ['contents: read'],
      attest: ['id-token: write', 'attestations: write'],
      npm: ['id-token: write'],
      image: ['contents: read', 'packages: write', 'id-token: write', 'attestations: write'],
      release: ['contents: write'],
    });
  });

  it('runs code of the repository and of npm packages only where nothing can be written', () => {
    const running = jobs.filter(([, { steps }]) =>
      /\bnpm (?:ci|.*run|test)\b|\bnode /.test(steps.map(({ run }) => run).join('\n')),
    );
    expect(running.map(([name]) => name)).toEqual(['make']);
  });

  it('publishes what was made from a tag of this version, tested and attested', () => {
    expect(commandsOf(release ?? { jobs: {} })).toEqual([
      expect.stringContaining('apt-get install'),
      expect.stringContaining('npm --silent run release:notes -- "$GITHUB_REF_NAME"'),
      'npm ci',
      'npm run release',
      'npm run test:all -- --release dist/release',
      expect.stringContaining('sha256sum --check --strict SHA256SUMS'),
      expect.stringMatching(/^npm publish .*--provenance/),
      expect.stringContaining('GITHUB_REF_NAME#v'),
      expect.stringMatching(/^gh release create .*--verify-tag/),
    ]);
    const needs = Object.fromEntries(jobs.map(([name, job]) => [name, [job.needs ?? []].flat()]));
    expect(needs).toEqual({
      make: [],
      attest: ['make'],
      npm: ['attest'],
      // What npm waits for, the approval, the image and the release wait for too.
      image: ['npm'],
      release: ['image'],
    });
  });

  it('has the token of npm in an environment of its own', () => {
    expect(release?.jobs.npm?.environment).toBe('npm');
  });
});
