import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from '../../scripts/lib/bundle.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { splitProgram } from '../../scripts/lib/split-bundle.mjs';

const START = `require('./launcher.js').launch('bare', process);\n`;

/**
 * Bundles the bare program as `npm run build` bundles the package, with the package's launcher, which keeps the compiled code.
 *
 * @returns {Promise<string>} the script to run
 */
export async function buildBareProgram() {
  const folder = path.join(root, '.cache', 'bench', 'bare');
  const { files } = await splitProgram('bench/bare/program.mjs', { bare: /^/ });
  const named = files.map(({ code, parts }) => {
    const name = `bare-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.js`;
    return { name, code, parts };
  });
  const launcher = await build({
    ...bundleOptions,
    entryPoints: ['src/launcher/launcher.ts'],
    define: { PROGRAM_FILES: JSON.stringify(named.map(({ name, parts }) => ({ name, parts }))) },
  });
  mkdirSync(folder, { recursive: true });
  for (const { name, code } of named) writeFileSync(path.join(folder, name), code);
  writeFileSync(path.join(folder, 'launcher.js'), launcher.outputFiles[0]?.contents ?? '');
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  writeFileSync(path.join(folder, 'start.js'), START);
  return path.join(folder, 'start.js');
}
