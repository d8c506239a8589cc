import { CorruptFileError } from '../../model/errors.js';
import type { ByteSource } from '../byte-source.js';
import { Branch } from './branch.js';
import {
  BRANCH_PAGE,
  FREELIST_PAGE,
  LEAF_PAGE,
  MAX_PAGE_BYTES,
  META_PAGE,
  PAGE_HEADER_BYTES,
  pageNumber,
  uint16,
  uint32,
} from './format.js';
import { Leaf } from './leaf.js';
import type { Meta } from './meta.js';

/** A page with its overflow. The bytes are valid until the next page is read. */
export interface Page {
  readonly id: number;
  readonly kind: 'branch' | 'leaf' | 'freelist';
  readonly count: number;
  /** The number of pages including the overflow, at least 1. */
  readonly pageCount: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const KINDS: ReadonlyMap<number, Page['kind']> = new Map([
  [BRANCH_PAGE, 'branch'],
  [LEAF_PAGE, 'leaf'],
  [FREELIST_PAGE, 'freelist'],
]);

/** Reads single pages and checks their headers. */
export class PageReader {
  constructor(
    readonly source: ByteSource,
    readonly meta: Meta,
  ) {}

  /**
   * @param referrer offset of the reference to the page, for errors
   * @throws CorruptFileError
   */
  read(id: number, referrer: number): Page {
    const { pageSizeBytes, highWaterPage } = this.meta;
    const offset = id * pageSizeBytes;
    if (id < 2 || id >= highWaterPage) {
      throw this.corrupt(`page ${id} is referenced, but the database has ${highWaterPage} pages`, referrer);
    }
    const header = this.source.read(offset, pageSizeBytes);
    const kind = KINDS.get(uint16(header, 8));
    const count = uint16(header, 10);
    const pageCount = uint32(header, 12) + 1;
    if (pageNumber(header, 0) !== id) {
      throw this.corrupt(`page ${id} has the page ID ${pageNumber(header, 0)}`, offset);
    }
    if (kind === undefined) throw this.corrupt(`page ${id} has an unknown type`, offset + 8);
    if (id + pageCount > highWaterPage || pageCount * pageSizeBytes > MAX_PAGE_BYTES) {
      throw this.corrupt(
        `page ${id} extends over ${pageCount} pages, but the database has ${highWaterPage}`,
        offset + 12,
      );
    }
    const bytes = pageCount === 1 ? header : this.source.read(offset, pageCount * pageSizeBytes);
    return { id, kind, count, pageCount, offset, bytes };
  }

  /** Checks the page headers of both metas, as bbolt's check does, also of the meta that is not current. Throws `CorruptFileError`. */
  checkMetaPages(): void {
    for (const id of [0, 1]) {
      const offset = id * this.meta.pageSizeBytes;
      const header = this.source.read(offset, PAGE_HEADER_BYTES);
      const kind = uint16(header, 8);
      if (pageNumber(header, 0) !== id) {
        throw this.corrupt(`page ${id} has the page ID ${pageNumber(header, 0)}`, offset);
      }
      if (kind !== META_PAGE && !KINDS.has(kind)) {
        throw this.corrupt(`page ${id} has an unknown type`, offset + 8);
      }
    }
  }

  leaf(page: Page): Leaf {
    return new Leaf(page.bytes, page.count, { path: this.source.path, offset: page.offset });
  }

  branch(page: Page): Branch {
    return new Branch(page.bytes, page.count, { path: this.source.path, offset: page.offset });
  }

  /** An error for the caller to throw. `offset` is in the file. */
  corrupt(message: string, offset: number): CorruptFileError {
    return new CorruptFileError(message, this.source.path, offset);
  }
}
