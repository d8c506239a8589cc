import { quoteGo } from '../../go/quote.js';
import { Http2Error } from './error.js';
import { Flag, type FrameHeader } from './frame.js';

/** Frames of one header block; each has 16 KiB. */
const MAX_PARTS = 64;

export interface HeaderBlock {
  readonly streamId: number;
  readonly endsStream: boolean;
  /** A view, perhaps of a frame's payload. */
  readonly bytes: Buffer;
}

/** Puts header blocks together that come in several frames; nothing may come between those (RFC 9113, 6.10). */
export class HeaderBlockReader {
  #begun: { readonly header: FrameHeader; readonly parts: Buffer[] } | undefined;

  get isIncomplete(): boolean {
    return this.#begun !== undefined;
  }

  /** The payload of a HEADERS frame, bare; gives back the block if that is all of it. */
  begin(header: FrameHeader, payload: Buffer): HeaderBlock | undefined {
    this.#begun = { header, parts: [] };
    return this.#add(this.#begun, header.flags, payload);
  }

  /** The payload of a CONTINUATION frame. @throws Http2Error when it belongs to no block, or the block becomes too large */
  continue({ streamId, flags }: FrameHeader, payload: Buffer): HeaderBlock | undefined {
    const begun = this.#begun;
    if (begun?.header.streamId !== streamId) {
      throw new Http2Error('PROTOCOL_ERROR', 'CONTINUATION without a preceding HEADERS frame');
    }
    return this.#add(begun, flags, payload);
  }

  #add(
    { header, parts }: { readonly header: FrameHeader; readonly parts: Buffer[] },
    flags: number,
    payload: Buffer,
  ): HeaderBlock | undefined {
    if (flags & Flag.endHeaders) {
      this.#begun = undefined;
      const bytes = parts.length === 0 ? payload : Buffer.concat([...parts, payload]);
      return { streamId: header.streamId, endsStream: (header.flags & Flag.endStream) !== 0, bytes };
    }
    // The payload is overwritten by the next frame.
    parts.push(Buffer.from(payload));
    if (parts.length >= MAX_PARTS) {
      throw new Http2Error('ENHANCE_YOUR_CALM', 'a header block is too large');
    }
    return undefined;
  }
}

/** In the words of Go's HTTP/2, which grpc-go passes on (golang.org/x/net/http2 `readMetaFrame`). */
const FORBIDDEN_IN_NAMES = /[^!#$%&'*+\-.^_`|~0-9a-z]/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what values must not have
const FORBIDDEN_IN_VALUES = /[\x00-\x08\x0a-\x1f\x7f]/;

const REQUEST_FIELDS: ReadonlySet<string> = new Set([
  ':method',
  ':path',
  ':scheme',
  ':authority',
  ':protocol',
]);

/** What a header block must be apart from its encoding (RFC 9113, 8.2 and 8.3): who breaks it has sent a malformed response. */
export class FieldRules {
  /** The first rule that was broken. */
  #violation: string | undefined;
  #hasRegular = false;
  readonly #pseudo: string[] = [];

  /** To be called for each field, in their order. */
  check(name: string, value: string): void {
    this.#violation ??= this.#violationBy(name, value);
    if (name.startsWith(':')) this.#pseudo.push(name);
    else this.#hasRegular = true;
  }

  /** Once the block has ended. */
  get violation(): string | undefined {
    return this.#violation ?? this.#violationOfPseudoFields();
  }

  #violationBy(name: string, value: string): string | undefined {
    if (name.startsWith(':')) {
      if (this.#hasRegular) return 'pseudo header field after regular';
    } else if (name === '' || FORBIDDEN_IN_NAMES.test(name))
      return `invalid header field name ${quoted(name)}`;
    return FORBIDDEN_IN_VALUES.test(value) ? `invalid header field value for ${quoted(name)}` : undefined;
  }

  #violationOfPseudoFields(): string | undefined {
    for (const [index, name] of this.#pseudo.entries()) {
      if (name !== ':status' && !REQUEST_FIELDS.has(name)) return `invalid pseudo-header ${quoted(name)}`;
      if (this.#pseudo.indexOf(name) < index) return `duplicate pseudo-header ${quoted(name)}`;
    }
    const isMixed = this.#pseudo.includes(':status') && this.#pseudo.some((name) => REQUEST_FIELDS.has(name));
    return isMixed ? 'mix of request and response pseudo headers' : undefined;
  }
}

function quoted(text: string): string {
  return quoteGo(Buffer.from(text, 'latin1'));
}
