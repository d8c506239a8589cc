// Reads the system's package sources in both formats of sources.list(5), and writes them for another suite.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * One archive with its address, components and options (Signed-By, Architectures, ...).
 *
 * @typedef {object} AptSource
 * @property {string[]} suites
 * @property {[name: string, value: string][]} fields all fields except the suites, by deb822 name; a value can have
 *   several lines
 */

/** Options of the one-line format whose name differs from the deb822 field in more than letter case. */
const optionFields = new Map([
  ['arch', 'Architectures'],
  ['lang', 'Languages'],
  ['target', 'Targets'],
]);

/** Aliases that a sources file can have instead of a release's code name. */
const releaseAliases = ['oldoldstable', 'oldstable', 'stable', 'testing', 'unstable', 'sid'];

/**
 * @param {string} [folder]
 * @returns {AptSource[]} the enabled binary-package sources of this machine
 */
export function readSystemSources(folder = '/etc/apt') {
  const parts = list(path.join(folder, 'sources.list.d')).map((name) => path.join('sources.list.d', name));
  return ['sources.list', ...parts].flatMap((name) => {
    const text = read(path.join(folder, name));
    if (name.endsWith('.sources')) return parseDeb822(text);
    return name.endsWith('.list') ? parseOneLine(text) : [];
  });
}

/**
 * @param {AptSource[]} sources
 * @param {string} codename of the machine's release
 * @returns {AptSource[]} the distribution's main archives, without updates, security and third-party archives
 */
export function baseSources(sources, codename) {
  return sources.filter(
    (source) =>
      source.suites.some((suite) => suite === codename || releaseAliases.includes(suite)) &&
      fieldValue(source, 'Components').split(/\s+/).includes('main'),
  );
}

/**
 * @param {AptSource[]} sources
 * @returns {AptSource[]} the same archives, also where a source is limited to this machine's architecture
 */
export function withAllArchitectures(sources) {
  const isLimit = (/** @type {[string, string]} */ [name]) => name.toLowerCase() === 'architectures';
  return sources.map(({ suites, fields }) => ({ suites, fields: fields.filter((field) => !isLimit(field)) }));
}

/**
 * @param {AptSource[]} sources
 * @param {string} suite
 * @returns {string} a deb822 file with the same archives, for that suite, for binary packages only
 */
export function writeForSuite(sources, suite) {
  return sources
    .map(({ fields }) =>
      ['Types: deb', `Suites: ${suite}`, 'Targets: Packages', ...fields.map(writeField)].join('\n'),
    )
    .join('\n\n')
    .concat('\n');
}

/** @param {[string, string]} field */
function writeField([name, value]) {
  return `${name}:${value.startsWith('\n') ? '' : ' '}${value}`;
}

/**
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseDeb822(text) {
  const withoutComments = text.replace(/^#.*\n?/gm, '');
  return withoutComments.split(/\n[ \t]*\n/).flatMap((stanza) => {
    /** @type {[string, string][]} */
    const all = [...stanza.matchAll(/^([A-Za-z][\w-]*):[ \t]*(.*(?:\n[ \t].*)*)/gm)].map(
      ([, name, value]) => [name ?? '', (value ?? '').trimEnd()],
    );
    const source = { suites: words(fieldValue({ fields: all }, 'Suites')), fields: all };
    const enabled = !/^(no|false|off|0|without|disable)$/i.test(fieldValue(source, 'Enabled'));
    if (!enabled || !words(fieldValue(source, 'Types')).includes('deb')) return [];
    const dropped = ['types', 'suites', 'enabled', 'targets'];
    return [{ ...source, fields: all.filter(([name]) => !dropped.includes(name.toLowerCase())) }];
  });
}

/**
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseOneLine(text) {
  return text.split('\n').flatMap((line) => {
    const parts = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line);
    if (parts === null) return [];
    const [, options = '', uri = '', suite = '', components = ''] = parts;
    /** @type {[string, string][]} */
    const fields = [
      ['URIs', uri],
      ['Components', components.trim()],
    ];
    for (const option of words(options)) {
      const [name = '', value = ''] = option.split('=');
      if (name === 'target') continue;
      fields.push([optionFields.get(name) ?? capitalise(name), value.replaceAll(',', ' ')]);
    }
    return [{ suites: [suite], fields }];
  });
}

/**
 * @param {{ fields: [string, string][] }} source
 * @param {string} name
 */
function fieldValue(source, name) {
  return source.fields.find(([field]) => field.toLowerCase() === name.toLowerCase())?.[1] ?? '';
}

/** @param {string} text */
function words(text) {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** @param {string} option such as `signed-by` */
function capitalise(option) {
  return option.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

/** @param {string} folder */
function list(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
