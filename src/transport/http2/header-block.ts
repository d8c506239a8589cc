import { quoteGo } from '../../go/quote.js';
import { Http2Error } from './error.js';
import { Flag, type FrameHeader, withoutPadding, withoutPriority } from './frame.js';

/** Limit of frames per header block; each has at most 16 KiB. */
const MAX_FRAGMENTS = 64;

export interface HeaderBlock {
  readonly streamId: number;
  readonly endsStream: boolean;
  /** May be a view of a frame's payload. */
  readonly bytes: Buffer;
}

/** Reassembles header blocks from HEADERS and CONTINUATION frames, which no other frame may interrupt (RFC 9113, 6.10). */
export class HeaderBlockReader {
  #pending: { readonly header: FrameHeader; readonly fragments: Buffer[] } | undefined;

  get isIncomplete(): boolean {
    return this.#pending !== undefined;
  }

  /** @param payload of a HEADERS frame. @returns the block, if it is complete. @throws Http2Error when padding or priority are invalid */
  begin(header: FrameHeader, payload: Buffer): HeaderBlock | undefined {
    this.#pending = { header, fragments: [] };
    return this.#add(this.#pending, header.flags, withoutPriority(header, withoutPadding(header, payload)));
  }

  /** @param payload of a CONTINUATION frame. @throws Http2Error when it continues no block, or the block becomes too large */
  continue({ streamId, flags }: FrameHeader, payload: Buffer): HeaderBlock | undefined {
    const pending = this.#pending;
    if (pending?.header.streamId !== streamId) {
      throw new Http2Error('PROTOCOL_ERROR', 'CONTINUATION without a preceding HEADERS frame');
    }
    return this.#add(pending, flags, payload);
  }

  #add(
    { header, fragments }: { readonly header: FrameHeader; readonly fragments: Buffer[] },
    flags: number,
    payload: Buffer,
  ): HeaderBlock | undefined {
    if (flags & Flag.endHeaders) {
      this.#pending = undefined;
      const bytes = fragments.length === 0 ? payload : Buffer.concat([...fragments, payload]);
      return { streamId: header.streamId, endsStream: (header.flags & Flag.endStream) !== 0, bytes };
    }
    // Copied, because the next frame overwrites the payload.
    fragments.push(Buffer.from(payload));
    if (fragments.length >= MAX_FRAGMENTS) {
      throw new Http2Error('ENHANCE_YOUR_CALM', 'a header block is too large');
    }
    return undefined;
  }
}

/** RFC 9113, 8.2.1. The messages below are those of Go (golang.org/x/net/http2 `readMetaFrame`), which grpc-go passes on. */
const FORBIDDEN_IN_NAMES = /[^!#$%&'*+\-.^_`|~0-9a-z]/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: values must not contain these
const FORBIDDEN_IN_VALUES = /[\x00-\x08\x0a-\x1f\x7f]/;

const REQUEST_FIELDS: ReadonlySet<string> = new Set([
  ':method',
  ':path',
  ':scheme',
  ':authority',
  ':protocol',
]);

/** Validates the fields of one header block (RFC 9113, 8.2 and 8.3). A violation makes the response malformed. */
export class FieldValidator {
  /** The first violation found. */
  #violation: string | undefined;
  #hasRegularField = false;
  readonly #pseudoFields: string[] = [];

  /** Must be called for each field, in order. */
  check(name: string, value: string): void {
    this.#violation ??= this.#violationBy(name, value);
    if (name.startsWith(':')) this.#pseudoFields.push(name);
    else this.#hasRegularField = true;
  }

  /** To be read after the last field. */
  get violation(): string | undefined {
    return this.#violation ?? this.#violationOfPseudoFields();
  }

  #violationBy(name: string, value: string): string | undefined {
    if (name.startsWith(':')) {
      if (this.#hasRegularField) return 'pseudo header field after regular';
    } else if (name === '' || FORBIDDEN_IN_NAMES.test(name))
      return `invalid header field name ${quoted(name)}`;
    return FORBIDDEN_IN_VALUES.test(value) ? `invalid header field value for ${quoted(name)}` : undefined;
  }

  #violationOfPseudoFields(): string | undefined {
    for (const [index, name] of this.#pseudoFields.entries()) {
      if (name !== ':status' && !REQUEST_FIELDS.has(name)) return `invalid pseudo-header ${quoted(name)}`;
      if (this.#pseudoFields.indexOf(name) < index) return `duplicate pseudo-header ${quoted(name)}`;
    }
    const isMixed =
      this.#pseudoFields.includes(':status') && this.#pseudoFields.some((name) => REQUEST_FIELDS.has(name));
    return isMixed ? 'mix of request and response pseudo headers' : undefined;
  }
}

function quoted(text: string): string {
  return quoteGo(Buffer.from(text, 'latin1'));
}
