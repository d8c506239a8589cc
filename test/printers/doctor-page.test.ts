import { expect, it } from 'vitest';
import type { DoctorReport } from '../../src/model/doctor.js';
import type { ResultPalette } from '../../src/printers/printer.js';
import { renderDoctorPage } from '../../src/printers/simple/doctor-page.js';
import { PLAIN } from '../../src/term/palette.js';
import { DOCTOR_FIXTURES } from '../golden/doctor-fixtures.js';

const fixture = DOCTOR_FIXTURES['doctor-unhealthy'];
const mark = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
const PALETTE: ResultPalette = {
  goodLabel: mark('good'),
  warningLabel: mark('warning'),
  failureLabel: mark('failure'),
  heading: mark('heading'),
  bar: mark('bar'),
};

async function page(
  columns: number | undefined,
  palette?: ResultPalette,
  change: (report: DoctorReport) => DoctorReport = (report) => report,
): Promise<string> {
  if (fixture?.kind !== 'doctor-report') throw new Error('no such fixture');
  const parts: string[] = [];
  const sink = {
    out: (chunk: string | Uint8Array, colour = (text: string) => text) =>
      void parts.push(colour(String(chunk))),
    err: () => undefined,
  };
  await renderDoctorPage(change(fixture.report), sink, {
    hex: false,
    display: { columns, loadPalette: async () => palette ?? PLAIN },
  });
  return parts.join('');
}

/** Commands are not wrapped, so that they can be copied. */
const widest = (text: string) =>
  Math.max(
    ...text
      .split('\n')
      .filter((line) => !line.startsWith('    '))
      .map((line) => line.length),
  );

it.each([40, 60, 80, 100, 200])('fits a terminal of %i columns', async (columns) => {
  expect(widest(await page(columns))).toBeLessThanOrEqual(Math.max(columns, 62));
});

it('is 80 columns wide in a pipe, and where the width is not known', async () => {
  expect(widest(await page(undefined))).toBeLessThanOrEqual(80);
  expect(await page(0)).toBe(await page(undefined));
});

it('has the endpoint on a line of its own where the line would be too long', async () => {
  expect(await page(100)).toMatch(/ CERT +ENDPOINT\nm1 .* 33 d {2}https:\/\/10\.0\.0\.1:2379\n/);
  expect(await page(70)).toMatch(/ CERT\nm1 .* 33 d\n {2}https:\/\/10\.0\.0\.1:2379\n/);
});

it('has the name of a member on a line of its own where the other columns need the width', async () => {
  const named = (name: string) => `${name}.eu-central-1.compute.internal.example.com`;
  const text = await page(80, undefined, (report) => ({
    ...report,
    findings: report.findings.map((each) => (each.member ? { ...each, member: named(each.member) } : each)),
    members: report.members.map((member) => ({ ...member, name: named(member.name) })),
  }));
  expect(widest(text)).toBeLessThanOrEqual(80);
  expect(text).toMatch(
    /\nMEMBER\n {2}ROLE +VERSION .* CERT\nm1\.eu\S+ {2}https:\/\/10\.0\.0\.1:2379\n {2}\w+ .* 33 d\n/,
  );
});

it('colours the verdict, the severities and headings', async () => {
  const text = await page(80, PALETTE);
  expect(text).toContain('Cluster cdf818194e3a8c32: <failure>unhealthy</failure>, 1 failure');
  expect(text).toContain(
    '<failure>FAILURE</failure>  <heading>member-unreachable  m2  https://10.0.0.2:2379</heading>',
  );
  expect(text).toContain('<warning>UNKNOWN</warning>  <heading>hash-unknown</heading>');
});
