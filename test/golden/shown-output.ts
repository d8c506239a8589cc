/** Shows a printer's output for one result in every format, as text in which a reviewer sees each changed byte. */
import { isUtf8 } from 'node:buffer';

/** The output of one format. When the format refuses the result, there is no output. */
export interface Outcome {
  readonly out: Buffer;
  readonly err: Buffer;
  readonly refused?: string;
}

/** The output without and with `--hex`. */
export interface FormatOutcomes {
  readonly plain: Outcome;
  readonly hex: Outcome;
}

/**
 * One section for each distinct output: a title with the formats that give it, and its lines. Lines of stdout have the prefix `| `, of
 * stderr `! `; protobuf messages are shown as a hex dump with offsets. `--hex` is named only where it changes the output. Different bytes
 * never give the same text: see `showText`.
 */
export function showOutcomes(outcomes: Readonly<Record<string, FormatOutcomes>>): string {
  const titles = new Map<string, string[]>();
  const add = (title: string, lines: string) => titles.set(lines, [...(titles.get(lines) ?? []), title]);
  for (const [format, { plain, hex }] of Object.entries(outcomes)) {
    const [lines, linesWithHex] = [plain, hex].map((outcome) => showOutcome(format, outcome));
    add(format, lines ?? '');
    if (lines !== linesWithHex) add(`${format} --hex`, linesWithHex ?? '');
  }
  return Array.from(titles, ([lines, formats]) => `${formats.join(', ')}:${lines}\n`).join('');
}

function showOutcome(format: string, { out, err, refused }: Outcome): string {
  if (refused === `${format} not supported as output format`) return ' not supported';
  if (refused !== undefined) return ` refused: ${refused}`;
  if (out.length + err.length === 0) return ' nothing';
  const shownOut = format === 'protobuf' && !isText(out) ? dump(out) : showText(out, '| ');
  return `${shownOut}${showText(err, '! ')}`;
}

/** Invisible characters, and blanks other than a space. */
const HIDDEN = /^[\p{Cc}\p{Cf}\p{Co}\p{NChar}\p{Zl}\p{Zp}\p{Zs}]$/u;

/** Distinguishes text from a protobuf message, which always contains a control character. */
function isText(bytes: Buffer): boolean {
  return !/[^\P{Cc}\n]/u.test(bytes.toString());
}

/**
 * Puts a newline and the prefix before each line. Bytes that would not be visible are shown in hexadecimal, `⟨ff 00⟩`, and so are these
 * brackets themselves.
 */
function showText(bytes: Buffer, prefix: string): string {
  if (bytes.length === 0) return '';
  const shown = characters(bytes).map(showCharacter).join('').replaceAll('⟩⟨', ' ');
  const lines = shown.replace(/ (?=\n)/g, '⟨20⟩').split('\n');
  const last = lines.pop();
  if (last !== '') lines.push(`${last}⟨no line end⟩`);
  return lines.map((line) => `\n${`${prefix}${line}`.trimEnd()}`).join('');
}

/** Splits bytes into UTF-8 characters; each byte that belongs to none is separate. */
function characters(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += found.at(-1)?.length ?? 1) {
    const candidates = [4, 3, 2].map((length) => bytes.subarray(at, at + length));
    const character = candidates.find((each) => isUtf8(each) && [...each.toString()].length === 1);
    found.push(character ?? bytes.subarray(at, at + 1));
  }
  return found;
}

function showCharacter(bytes: Buffer): string {
  const text = bytes.toString();
  const isVisible = isUtf8(bytes) && !'⟨⟩'.includes(text) && !HIDDEN.test(text);
  return isVisible || text === ' ' || text === '\n'
    ? text
    : `⟨${bytes.toString('hex').replace(/..(?=.)/g, '$& ')}⟩`;
}

const BYTES_IN_LINE = 16;

/** A hex dump: offset, bytes, and the bytes as ASCII. */
function dump(bytes: Buffer): string {
  let lines = '';
  for (let offset = 0; offset < bytes.length; offset += BYTES_IN_LINE) {
    const part = bytes.subarray(offset, offset + BYTES_IN_LINE);
    const hex = part
      .toString('hex')
      .replace(/..(?=.)/g, '$& ')
      .padEnd(3 * BYTES_IN_LINE);
    lines += `\n${offset.toString(16).padStart(4, '0')}  ${hex} ${part.toString('latin1').replace(/[^!-~]/g, '.')}`;
  }
  return lines;
}
