/**
 * docs/troubleshooting.md says what the acceptance tests check. `UPDATE_TROUBLESHOOTING=1` writes its tables. The one of times needs
 * `FAILURE_TIMES=<npm>,<executable>`: files that connection-failures.test.ts has written for each build (`MEASURED_FAILURES`).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { CONNECTION_ROWS } from './support/lab/failures/connection-rows.js';
import { CONNECTION_MESSAGES, type Message, SERVER_MESSAGES } from './support/lab/failures/messages.js';
import { SERVER_ROWS } from './support/lab/failures/server-rows.js';

const DOCUMENT = resolve(import.meta.dirname, '../docs/troubleshooting.md');

function table(messages: Readonly<Record<string, Message>>): string {
  const escaped = (text: string) => text.replaceAll('|', '\\|');
  const rows = Object.values(messages).map(
    ({ text, meaning, advice }) => `| \`${escaped(text)}\` | ${escaped(meaning)} | ${escaped(advice)} |`,
  );
  return ['| message | what it means | what to do |', '|---|---|---|', ...rows].join('\n');
}

/** The document with the tables between its marks replaced. */
function generated(document: string): string {
  const replaced = (text: string, mark: string, messages: Readonly<Record<string, Message>>) => {
    const between = new RegExp(`(<!-- ${mark} -->\n)[^]*?(\n<!-- end -->)`);
    return text.replace(between, (_all, start, end) => `${start}${table(messages)}${end}`);
  };
  return replaced(replaced(document, 'connections', CONNECTION_MESSAGES), 'requests', SERVER_MESSAGES);
}

interface Times {
  readonly name: string;
  /** `firstMs`: until the first line. */
  readonly ours: { readonly firstMs: number };
  readonly real: { readonly endMs: number };
}

const failures = CONNECTION_ROWS.filter(({ says }) => 'files' in says || says.some((each) => each));

/** What is said first, without the text in parentheses. */
function messageOf({ says }: (typeof failures)[number]): string {
  const [first = 'refused'] = 'files' in says ? [says.files] : says.filter((each) => each !== undefined);
  return CONNECTION_MESSAGES[first].text.replace(/ \(…\)$/, '');
}

function timesTable(npm: readonly Times[], executable: readonly Times[]): string {
  const seconds = (ms: number | undefined) => (ms === undefined ? '-' : `${(ms / 1000).toFixed(2)} s`);
  const rows = failures.map((row) => {
    const of = (times: readonly Times[]) => times.find(({ name }) => name === row.name);
    const [ours, other] = [of(npm), of(executable)];
    const times = [ours?.ours.firstMs, other?.ours.firstMs, (ours ?? other)?.real.endMs].map(seconds);
    return `| ${[row.name, `\`${messageOf(row)}\``, ...times].join(' | ')} |`;
  });
  return ['| what fails | message | npm | executable | etcdctl |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}

/** The document with new times. */
function measured(document: string, files: string): string {
  const [npm = [], executable = []] = files
    .split(',')
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Times[]);
  return document.replace(TIMES, (_all, start, _table, end) => start + timesTable(npm, executable) + end);
}

const TIMES = /(<!-- times -->\n)(.*?)(\n<!-- end -->)/s;

test('the tables of the document are those of the tests', () => {
  if (process.env.UPDATE_TROUBLESHOOTING === '1') {
    const document = generated(readFileSync(DOCUMENT, 'utf8'));
    const files = process.env.FAILURE_TIMES;
    writeFileSync(DOCUMENT, files === undefined ? document : measured(document, files));
  }
  const document = readFileSync(DOCUMENT, 'utf8');
  expect(document).toBe(generated(document));
  expect(document).toContain(table(CONNECTION_MESSAGES));
  expect(document).toContain(table(SERVER_MESSAGES));
});

test('each way to fail has its times in the document', () => {
  const [, , table = ''] = TIMES.exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
  const rows = table.split('\n').slice(2);
  const shown = rows.map((row) => row.split(' | ').slice(0, 2).join(' | '));
  expect(shown).toEqual(failures.map((row) => `| ${row.name} | \`${messageOf(row)}\``));
  const times = rows.flatMap((row) => row.split(' | ').slice(2, 5));
  expect(times.filter((time) => /^\d+\.\d\d s/.test(time)).length).toBeGreaterThan(3 * 80);
});

test('each message has a test', () => {
  const said = CONNECTION_ROWS.flatMap(({ says }) => ('files' in says ? [says.files] : says));
  expect(new Set(said.filter((each) => each !== undefined))).toEqual(
    new Set(Object.keys(CONNECTION_MESSAGES)),
  );
  expect(new Set(SERVER_ROWS.map(({ says }) => says))).toEqual(new Set(Object.keys(SERVER_MESSAGES)));
  expect(CONNECTION_ROWS.length + SERVER_ROWS.length).toBeGreaterThanOrEqual(45);
});
