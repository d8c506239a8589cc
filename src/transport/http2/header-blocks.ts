import { Http2Error } from './error.js';
import { Flag, type FrameHeader } from './frame.js';

/** Frames of one header block; each has 16 KiB. */
const MOST_PARTS = 64;

export interface HeaderBlock {
  readonly streamId: number;
  readonly endsStream: boolean;
  /** A view, perhaps of a frame's payload. */
  readonly bytes: Buffer;
}

/** Puts header blocks together that come in several frames; nothing may come between those (RFC 9113, 6.10). */
export class HeaderBlocks {
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
  goOn({ streamId, flags }: FrameHeader, payload: Buffer): HeaderBlock | undefined {
    const begun = this.#begun;
    if (begun?.header.streamId !== streamId) {
      throw new Http2Error('PROTOCOL_ERROR', 'a header block goes on that never began');
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
    if (parts.length >= MOST_PARTS) {
      throw new Http2Error('ENHANCE_YOUR_CALM', 'a header block is too large');
    }
    return undefined;
  }
}
