/** One block of a PEM file (RFC 7468; with headers RFC 1421). */
export interface PemBlock {
  /** `CERTIFICATE`, `EC PRIVATE KEY`, … */
  readonly label: string;
  /** Lines `name: value` stood above the data, as in keys that a passphrase protects. */
  readonly hasHeaders: boolean;
  readonly bytes: Buffer;
}

const BEGIN = '-----BEGIN ';
const END = '\n-----END ';
const DASHES = '-----';

/**
 * The blocks of a file, found as Go's encoding/pem finds them: text between blocks is passed over, and so is a damaged block up to the
 * next one that is whole. Blanks at the ends of lines and in the data do not matter, nor do blank lines.
 * @param text the file's bytes as latin1
 */
export function decodePem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let position = 0; position < text.length; ) {
    const end = text.indexOf(END, position);
    if (end < 0) break;
    // Of several beginnings before one end, the last one counts.
    const begin = text.lastIndexOf(BEGIN, end - BEGIN.length);
    const isAtLineStart = begin >= position && (begin === position || text[begin - 1] === '\n');
    const found = isAtLineStart ? blockAt(text, begin + BEGIN.length) : undefined;
    if (found) blocks.push(found.block);
    position = found ? found.next : end + END.length;
  }
  return blocks;
}

/** The block whose label stands at the position, and where the text goes on behind it; nothing when it is damaged. */
function blockAt(text: string, start: number): { block: PemBlock; next: number } | undefined {
  const labelLine = lineAt(text, start);
  if (!labelLine.text.endsWith(DASHES)) return undefined;
  const label = labelLine.text.slice(0, -DASHES.length);
  let dataStart = labelLine.next;
  for (let line = lineAt(text, dataStart); line.text.includes(':'); line = lineAt(text, dataStart)) {
    dataStart = line.next;
  }
  const hasHeaders = dataStart !== labelLine.next;
  // Without data, the end begins with the line break of the line before.
  const end = text.indexOf(END, hasHeaders ? dataStart : dataStart - 1);
  if (end < 0) return undefined;
  const trailer = lineAt(text, end + END.length);
  if (trailer.text !== label + DASHES) return undefined;
  const bytes = decodeBase64(text.slice(dataStart, Math.max(dataStart, end)));
  return bytes && { block: { label, hasHeaders, bytes }, next: trailer.next };
}

/** Without blanks at its end. */
function lineAt(text: string, start: number): { text: string; next: number } {
  const lineEnd = text.indexOf('\n', start);
  let end = lineEnd < 0 ? text.length : lineEnd;
  if (lineEnd > start && text[end - 1] === '\r') end--;
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return { text: text.slice(start, end), next: lineEnd < 0 ? text.length : lineEnd + 1 };
}

/** Strictly, as Node.js is not: whole groups of four, and nothing else but white space. */
function decodeBase64(text: string): Buffer | undefined {
  const data = text.split('\n').join('');
  const bytes = Buffer.from(data, 'base64');
  // Mostly there is nothing to look at more closely: this runs before each connection.
  return bytes.toString('base64') === data || isBase64(data) ? bytes : undefined;
}

function isBase64(text: string): boolean {
  const data = text.replace(/[ \t\r\n]+/g, '');
  return data.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(data);
}

/** The same as TLS libraries read it. */
export function encodePem(label: string, bytes: Buffer): string {
  const lines = [`-----BEGIN ${label}-----`];
  // 64 characters each.
  for (let start = 0; start < bytes.length; start += 48) {
    lines.push(bytes.toString('base64', start, Math.min(start + 48, bytes.length)));
  }
  return [...lines, `-----END ${label}-----`, ''].join('\n');
}
