// The files of an installation under /usr or /usr/local.
import path from 'node:path';
import { describePrograms, loadCompletionScript } from '../declarations.mjs';
import { manPages } from '../man-pages.mjs';
import { root } from '../paths.mjs';
import { packageVersion } from '../source.mjs';
import { standaloneFolder } from '../standalone.mjs';

/** @typedef {import('./archive.mjs').ReleaseFile} ReleaseFile */
/** @typedef {import('../../../src/cli/command-description.js').CommandDescription} Command */

/** Where shells look for the completion of a program. */
const COMPLETION_FILES = {
  bash: (/** @type {string} */ program) => `share/bash-completion/completions/${program}`,
  zsh: (/** @type {string} */ program) => `share/zsh/site-functions/_${program}`,
  fish: (/** @type {string} */ program) => `share/fish/vendor_completions.d/${program}.fish`,
};

/**
 * The files of an installation of the executable.
 *
 * @param {import('../bun.mjs').Target} target
 * @param {string} suffix of the names of programs, manual pages and completions, such as `-ts`
 * @returns {Promise<ReleaseFile[]>}
 */
export async function installedFiles(target, suffix) {
  const folder = standaloneFolder(target);
  const doc = 'share/doc/etcdctl-ts';
  return [
    { path: `bin/etcdctl${suffix}`, source: path.join(folder, 'etcdctl'), isProgram: true },
    { path: `bin/etcdutl${suffix}`, linkTo: `etcdctl${suffix}` },
    ...(await manualPages(suffix)),
    ...(await completions(suffix)),
    ...['LICENSE', 'README.md', 'CHANGELOG.md'].map((name) => ({
      path: `${doc}/${name}`,
      source: path.join(root, name),
    })),
    { path: `${doc}/THIRD-PARTY-LICENSES.txt`, source: path.join(folder, 'THIRD-PARTY-LICENSES.txt') },
  ];
}

/**
 * @param {string} suffix
 * @returns {Promise<ReleaseFile[]>}
 */
async function manualPages(suffix) {
  const { etcdctl, etcdutl } = await describePrograms();
  const pages = [
    ...manPages({ program: renamed(etcdctl, suffix), hasVariables: true, version: packageVersion }),
    ...manPages({ program: renamed(etcdutl, suffix), hasVariables: false, version: packageVersion }),
  ];
  return pages.map(([name, text]) => ({ path: `share/man/man1/${name}`, text }));
}

/**
 * @param {string} suffix
 * @returns {Promise<ReleaseFile[]>}
 */
async function completions(suffix) {
  const completionScript = await loadCompletionScript();
  const shells = /** @type {(keyof typeof COMPLETION_FILES)[]} */ (Object.keys(COMPLETION_FILES));
  return ['etcdctl', 'etcdutl'].flatMap((name) =>
    shells.map((shell) => ({
      path: COMPLETION_FILES[shell](`${name}${suffix}`),
      text: completionScript(shell, `${name}${suffix}`),
    })),
  );
}

/**
 * The declaration of a program under its installed name, also in the examples.
 *
 * @param {Command} program
 * @param {string} suffix
 * @returns {Command}
 */
function renamed(program, suffix) {
  return { ...program, name: `${program.name}${suffix}`, commands: program.commands.map(withExamples) };

  /**
   * @param {Command} command
   * @returns {Command}
   */
  function withExamples(command) {
    const examples = command.examples.map((line) => line.replaceAll(/\b(etcd[cu]tl)(?= )/g, `$1${suffix}`));
    return { ...command, examples, commands: command.commands.map(withExamples) };
  }
}
