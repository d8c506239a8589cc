/** Runs the commands of a section of a document as they stand. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { labFolder } from '../../../scripts/lib/etcd/watchdog.mjs';
import type { DocumentedCluster } from './documented-clusters.js';
import { type DocumentedSection, isDocumented, scriptOf } from './documented-sections.js';
import { ourEtcdctl, ourEtcdutl, programAt, run } from './program.js';

/** A home directory for one section, and the output of its commands. */
export class DocumentedPlace {
  readonly home = mkdtempSync(path.join(labFolder(), 'documented-'));
  readonly #files = mkdtempSync(path.join(labFolder(), 'documented-output-'));

  outputFile = (index: number) => path.join(this.#files, `${index}`);

  output(index: number): string {
    const file = this.outputFile(index);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Makes the programs that are first in PATH: ours, unless the section installs them, and those of the cluster. */
  programs({ programs = {}, installsPrograms = false }: DocumentedCluster): string {
    const folder = path.join(this.#files, 'bin');
    mkdirSync(folder);
    const ours = installsPrograms ? {} : { etcdctl: ourEtcdctl(), etcdutl: ourEtcdutl() };
    const etcd = Object.entries(ours).map(([name, { command, leadingArgs }]) => [
      name,
      `exec ${[command, ...leadingArgs].join(' ')} "$@"`,
    ]);
    for (const [name = '', body] of [...etcd, ...Object.entries(programs)]) {
      writeFileSync(path.join(folder, name), `#!/bin/sh\n${body}\n`);
      chmodSync(path.join(folder, name), 0o755);
    }
    return folder;
  }

  remove(): void {
    for (const folder of [this.home, this.#files]) rmSync(folder, { recursive: true, force: true });
  }
}

function replaceAll(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((all, [from, to]) => all.replaceAll(from, to), text);
}

/** Runs the section in one shell, and compares the output of its commands with that in the document. */
export async function followSection(
  section: DocumentedSection,
  cluster: DocumentedCluster,
  place: DocumentedPlace,
): Promise<void> {
  const here = Object.entries(cluster.here);
  const asDocumented = (text: string) =>
    replaceAll(
      text,
      here.map(([there, real]) => [real, there]),
    );
  const script = scriptOf(section, place.outputFile, (text) => replaceAll(text, here));
  const env = {
    ...cluster.env,
    HOME: place.home,
    PATH: [place.programs(cluster), cluster.env.PATH ?? process.env.PATH].join(':'),
  };
  const { code } = await run(programAt('bash'), ['-c', script], { env, cwd: place.home, timeoutMs: 100_000 });
  const outputs = section.blocks.map((_block, index) => asDocumented(place.output(index)));
  expect(code, `${script}\nprinted\n${outputs.join('')}`).toBe(0);
  for (const [index, { kind, text }] of section.blocks.entries()) {
    if (kind !== 'output') continue;
    const before = section.blocks.slice(0, index).findLastIndex((block) => block.kind === 'commands');
    const output = outputs[before] ?? '';
    // The comparison of equal texts shows both when they differ.
    if (!isDocumented(output, text)) expect(output).toBe(text);
  }
}
