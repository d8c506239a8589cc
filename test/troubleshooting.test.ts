/** docs/troubleshooting.md says what the acceptance tests check. `UPDATE_TROUBLESHOOTING=1` writes its tables. */
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

test('the tables of the document are those of the tests', () => {
  if (process.env.UPDATE_TROUBLESHOOTING === '1') {
    writeFileSync(DOCUMENT, generated(readFileSync(DOCUMENT, 'utf8')));
  }
  const document = readFileSync(DOCUMENT, 'utf8');
  expect(document).toBe(generated(document));
  expect(document).toContain(table(CONNECTION_MESSAGES));
  expect(document).toContain(table(SERVER_MESSAGES));
});

test('each message has a test', () => {
  const said = CONNECTION_ROWS.flatMap(({ says }) => ('files' in says ? [says.files] : says));
  expect(new Set(said.filter((each) => each !== undefined))).toEqual(
    new Set(Object.keys(CONNECTION_MESSAGES)),
  );
  expect(new Set(SERVER_ROWS.map(({ says }) => says))).toEqual(new Set(Object.keys(SERVER_MESSAGES)));
  expect(CONNECTION_ROWS.length + SERVER_ROWS.length).toBeGreaterThanOrEqual(45);
});
