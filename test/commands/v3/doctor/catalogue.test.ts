import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FINDINGS } from '../../../../src/commands/v3/doctor/catalogue.js';

const ROOT = join(import.meta.dirname, '../../../..');
const textIn = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The finding ids that a test expects, as words in quotes. */
function expectedIn(path: string): string[] {
  return Object.keys(FINDINGS).filter((id) => new RegExp(`'${id}[' ]`).test(textIn(path)));
}

it('stands in docs/operators.md, with the same severities', () => {
  const rows = textIn('docs/operators.md').matchAll(/^\| `([\w-]+)` \| ([\w, ]+) \| [^|]+ \| [^|]+ \|$/gm);
  const documented = Array.from(
    rows,
    ([, id = '', severities = '']) => [id, severities.split(', ')] as const,
  );
  const known: ReadonlySet<string> = new Set(Object.keys(FINDINGS));
  expect(Object.fromEntries(documented.filter(([id]) => known.has(id)))).toEqual(FINDINGS);
});

it('is tested in full, at least 25 of it on real servers', () => {
  const acceptance = 'test/acceptance/doctor';
  const real = new Set(
    readdirSync(join(ROOT, acceptance)).flatMap((file) => expectedIn(join(acceptance, file))),
  );
  const checks = expectedIn('test/commands/v3/doctor/checks.test.ts');
  expect(real.size).toBeGreaterThanOrEqual(25);
  expect([...new Set([...real, ...checks])].sort()).toEqual(Object.keys(FINDINGS).sort());
});
