/** One block of a PEM file (RFC 7468; with headers RFC 1421). */
export interface PemBlock {
  /** `CERTIFICATE`, `EC PRIVATE KEY`, … */
  readonly label: string;
  /** Whether lines `name: value` precede the data, as in keys with a passphrase. */
  readonly hasHeaders: boolean;
  readonly bytes: Buffer;
}

const BEGIN = '-----BEGIN ';
const END = '\n-----END ';
const DASHES = '-----';

/**
 * Finds the blocks of a file as Go's encoding/pem does: text between blocks and malformed blocks are skipped. White space at the ends of
 * lines and in the data is ignored, as are blank lines.
 * @param text the file's bytes as latin1
 */
export function decodePem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let position = 0; position < text.length; ) {
    const end = text.indexOf(END, position);
    if (end < 0) break;
    // Of several BEGIN lines before one END line, the last is used.
    const begin = text.lastIndexOf(BEGIN, end - BEGIN.length);
    const isAtLineStart = begin >= position && (begin === position || text[begin - 1] === '\n');
    const found = isAtLineStart ? blockAt(text, begin + BEGIN.length) : undefined;
    if (found) blocks.push(found.block);
    position = found ? found.next : end + END.length;
  }
  return blocks;
}

/** The block whose label is at `start`, and the offset after it; `undefined` when it is malformed. */
function blockAt(text: string, start: number): { block: PemBlock; next: number } | undefined {
  const labelLine = lineAt(text, start);
  if (!labelLine.text.endsWith(DASHES)) return undefined;
  const label = labelLine.text.slice(0, -DASHES.length);
  let dataStart = labelLine.next;
  for (let line = lineAt(text, dataStart); line.text.includes(':'); line = lineAt(text, dataStart)) {
    dataStart = line.next;
  }
  const hasHeaders = dataStart !== labelLine.next;
  // In a block without data, END starts with the line break of the previous line.
  const end = text.indexOf(END, hasHeaders ? dataStart : dataStart - 1);
  if (end < 0) return undefined;
  const trailer = lineAt(text, end + END.length);
  if (trailer.text !== label + DASHES) return undefined;
  const bytes = decodeBase64(text.slice(dataStart, Math.max(dataStart, end)));
  return bytes && { block: { label, hasHeaders, bytes }, next: trailer.next };
}

/** The line without white space at its end, and the offset of the next line. */
function lineAt(text: string, start: number): { text: string; next: number } {
  const lineEnd = text.indexOf('\n', start);
  let end = lineEnd < 0 ? text.length : lineEnd;
  if (lineEnd > start && text[end - 1] === '\r') end--;
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return { text: text.slice(start, end), next: lineEnd < 0 ? text.length : lineEnd + 1 };
}

/** Stricter than Node.js: only complete groups of four characters, and white space. */
function decodeBase64(text: string): Buffer | undefined {
  const data = text.split('\n').join('');
  const bytes = Buffer.from(data, 'base64');
  // The comparison is the fast path: this runs before each connection.
  return bytes.toString('base64') === data || isBase64(data) ? bytes : undefined;
}

function isBase64(text: string): boolean {
  const data = text.replace(/[ \t\r\n]+/g, '');
  return data.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(data);
}

/** PEM in the form that TLS libraries accept. */
export function encodePem(label: string, bytes: Buffer): string {
  const lines = [`-----BEGIN ${label}-----`];
  // 48 bytes make a line of 64 characters.
  for (let start = 0; start < bytes.length; start += 48) {
    lines.push(bytes.toString('base64', start, Math.min(start + 48, bytes.length)));
  }
  return [...lines, `-----END ${label}-----`, ''].join('\n');
}
