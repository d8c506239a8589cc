// The software bill of materials: what npm knows of the packages whose code is shipped, and the runtime of the executables.
import { createHash } from 'node:crypto';
import { build } from 'esbuild';
import { bunVersion, runtimePackages } from '../bun.mjs';
import { bundledInputs, programOptions } from '../bundle.mjs';
import { capture, lastLine } from '../command.mjs';
import { npmCommand } from '../install.mjs';
import { root } from '../paths.mjs';
import { packageVersion, sourceDate } from '../source.mjs';
import { bundleStandalone } from '../standalone.mjs';
import { bundledPackages } from '../third-party-licenses.mjs';

/** @typedef {{ 'bom-ref': string, name: string, externalReferences?: { type: string }[], properties?: object[] }} Component */
/** @typedef {{ ref: string, dependsOn?: string[] }} Dependency */
/**
 * @typedef {object} Bom a part of the CycloneDX format
 * @property {string} [serialNumber]
 * @property {{ timestamp?: string, component: Component }} metadata
 * @property {Component[]} components
 * @property {Dependency[]} dependencies
 */

/** @returns {Promise<string>} the text of the file, in CycloneDX's JSON */
export async function softwareBillOfMaterials() {
  const [program, ...args] = npmCommand();
  const line = [...args, 'sbom', '--sbom-format', 'cyclonedx'];
  const { ok, stdout, stderr } = await capture(program, line, { cwd: root });
  if (!ok) throw new Error(`npm sbom failed: ${lastLine(stderr)}`);
  const { inputs } = await bundleStandalone();
  const executable = bundledPackages(inputs, root);
  const npm = bundledPackages(await packageInputs(), root);
  const bom = shippedOnly(JSON.parse(stdout), { executable, npm, date: await sourceDate() });
  return `${JSON.stringify(bom, null, 2)}\n`;
}

/** @returns {Promise<string[]>} the files that contribute code to the npm package */
async function packageInputs() {
  const options = { ...programOptions, splitting: true, outdir: '.' };
  const { metafile } = await build({ ...options, format: 'esm', entryPoints: ['src/process.ts'] });
  return bundledInputs(metafile);
}

/**
 * Reduces npm's list, which has all packages that build and test the program, to those whose code is shipped, and says in which build each
 * one is; adds the runtimes. The result depends on the lock file, the sources, the date, and npm's version.
 *
 * @param {Bom} bom from npm
 * @param {{ executable: readonly string[], npm: readonly string[], date: Date }} shipped packages as `name@version`, by build
 * @returns {Bom}
 */
export function shippedOnly(bom, { executable, npm, date }) {
  const builds = { executable, npm };
  const shipped = new Set([...executable, ...npm]);
  const missing = [...shipped].filter((ref) => !bom.components.some((each) => each['bom-ref'] === ref));
  if (missing.length > 0) throw new Error(`npm sbom does not know ${missing.join(', ')}`);
  const packages = bom.components
    .filter((each) => shipped.has(each['bom-ref']))
    .map(({ externalReferences = [], ...rest }) => ({
      ...rest,
      // Without the address of the registry.
      externalReferences: externalReferences.filter(({ type }) => type !== 'distribution'),
      // In place of npm's note that the package is a development dependency.
      properties: Object.entries(builds)
        .filter(([, refs]) => refs.includes(rest['bom-ref']))
        .map(([name]) => property(name)),
    }));
  const components = [...packages, ...runtimes()].toSorted(byReference);
  const own = `etcdctl-ts@${packageVersion}`;
  const refs = components.map((each) => each['bom-ref']);
  const dependencies = [
    { ref: own, dependsOn: refs },
    ...refs.map((ref) => ({ ref, dependsOn: dependenciesOf(ref, bom).filter((each) => shipped.has(each)) })),
  ];
  // npm takes the name from the folder.
  const component = { ...bom.metadata.component, 'bom-ref': own, type: 'application', name: 'etcdctl-ts' };
  const metadata = { ...bom.metadata, timestamp: date.toISOString(), component };
  const result = { ...bom, metadata, components, dependencies };
  return { ...result, serialNumber: serialNumber(JSON.stringify({ ...result, serialNumber: '' })) };
}

/** @returns {Component[]} */
function runtimes() {
  return runtimePackages.map(({ name, sha512 }) => ({
    'bom-ref': `${name}@${bunVersion}`,
    type: 'framework',
    name,
    version: bunVersion,
    scope: 'required',
    description: 'Bun, the runtime in the executables of one platform',
    purl: `pkg:npm/${encodeURIComponent(name).replace('%2F', '/')}@${bunVersion}`,
    properties: [property('executable')],
    hashes: [{ alg: 'SHA-512', content: Buffer.from(sha512, 'base64').toString('hex') }],
    // JavaScriptCore in it is under the LGPL.
    licenses: [{ expression: 'MIT AND LGPL-2.1-only' }],
  }));
}

/** @param {string} build `executable` or `npm` */
function property(build) {
  return { name: 'etcdctl-ts:build', value: build };
}

/**
 * @param {string} ref
 * @param {Bom} bom
 */
function dependenciesOf(ref, { dependencies }) {
  return dependencies.find((each) => each.ref === ref)?.dependsOn ?? [];
}

/**
 * @param {Component} a
 * @param {Component} b
 */
function byReference(a, b) {
  return a['bom-ref'] < b['bom-ref'] ? -1 : 1;
}

/**
 * @param {string} text
 * @returns {string} a UUID of version 8 from the digest of the text
 */
function serialNumber(text) {
  const digits = createHash('sha256').update(text).digest('hex');
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`];
  return `urn:uuid:${[...parts, `a${digits.slice(17, 20)}`, digits.slice(20, 32)].join('-')}`;
}
