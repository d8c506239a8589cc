/**
 * The rows whose id contains one of the texts of `only`, and none of those of `not`.
 *
 * @template {{ id: string }} Row
 * @param {readonly Row[]} rows
 * @param {{ only: readonly string[], not: readonly string[] }} texts each can be several, separated by commas; `only` without any: all rows
 * @returns {Row[]}
 * @throws {Error} when a text is empty or in no id: its message has all ids; when no row is left
 */
export function selectRows(rows, { only, not }) {
  const wanted = textsOf(only);
  const unwanted = textsOf(not);
  for (const text of [...wanted, ...unwanted]) {
    if (text !== '' && rows.some(({ id }) => id.includes(text))) continue;
    const ids = rows.map(({ id }) => id).join('\n  ');
    const problem = text === '' ? 'a text is empty' : `no row has ${JSON.stringify(text)} in its id`;
    throw new Error(`${problem}; the ids are:\n  ${ids}`);
  }
  const selected = rows.filter(
    ({ id }) => (wanted.length === 0 || matchesAny(id, wanted)) && !matchesAny(id, unwanted),
  );
  if (selected.length === 0) throw new Error('no row is left: --not takes away all that --only selects');
  return selected;
}

/**
 * @param {string | undefined} text
 * @returns {number | undefined} the number of runs; undefined without a text
 * @throws {Error} when the text is not a whole number above 0
 */
export function parseRuns(text) {
  if (text === undefined || /^[1-9]\d*$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new Error(`--runs ${JSON.stringify(text)} is not a number of runs`);
}

/** @param {readonly string[]} lists */
function textsOf(lists) {
  return lists.flatMap((list) => list.split(',').map((text) => text.trim()));
}

/**
 * @param {string} id
 * @param {readonly string[]} texts
 */
function matchesAny(id, texts) {
  return texts.some((text) => id.includes(text));
}
