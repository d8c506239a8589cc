import { CorruptFileError } from '../../model/errors.js';
import type { ByteSource } from '../byte-source.js';
import {
  BRANCH_PAGE,
  ELEMENT_BYTES,
  FREELIST_PAGE,
  LEAF_PAGE,
  MOST_PAGE_BYTES,
  PAGE_HEADER_BYTES,
} from './format.js';
import { Leaf } from './leaf.js';
import type { Meta } from './meta.js';
import { pageNumber } from './page-number.js';

/** One page with its overflow. The bytes are lent until the next page is read. */
export interface Page {
  readonly id: number;
  readonly kind: 'branch' | 'leaf' | 'freelist';
  readonly count: number;
  /** How many pages it takes, at least 1. */
  readonly pageCount: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The children of a branch page, copied out of it. */
export interface Branch {
  readonly keys: readonly Uint8Array[];
  readonly children: readonly number[];
}

const KINDS: ReadonlyMap<number, Page['kind']> = new Map([
  [BRANCH_PAGE, 'branch'],
  [LEAF_PAGE, 'leaf'],
  [FREELIST_PAGE, 'freelist'],
]);

/** Reads single pages and believes nothing that they say. */
export class PageReader {
  constructor(
    readonly source: ByteSource,
    readonly meta: Meta,
  ) {}

  read(id: number): Page {
    const { pageSizeBytes, highWaterPage } = this.meta;
    const offset = id * pageSizeBytes;
    if (id < 2 || id >= highWaterPage) {
      throw this.corrupt(`page ${id} is referred to, but the database has ${highWaterPage}`, 0);
    }
    const header = this.source.read(offset, pageSizeBytes);
    const view = new DataView(header.buffer, header.byteOffset, PAGE_HEADER_BYTES);
    const kind = KINDS.get(view.getUint16(8, true));
    const count = view.getUint16(10, true);
    const pageCount = view.getUint32(12, true) + 1;
    if (pageNumber(view, 0) !== id)
      throw this.corrupt(`page ${id} says it is page ${pageNumber(view, 0)}`, offset);
    if (kind === undefined) throw this.corrupt(`page ${id} is of no known kind`, offset + 8);
    if (id + pageCount > highWaterPage || pageCount * pageSizeBytes > MOST_PAGE_BYTES) {
      throw this.corrupt(
        `page ${id} claims ${pageCount} pages, but the database has ${highWaterPage}`,
        offset + 12,
      );
    }
    const bytes = pageCount === 1 ? header : this.source.read(offset, pageCount * pageSizeBytes);
    return { id, kind, count, pageCount, offset, bytes };
  }

  leaf(page: Page): Leaf {
    return new Leaf(page.bytes, page.count, { path: this.source.path, offset: page.offset });
  }

  branch({ bytes, count, id, offset }: Page): Branch {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (count === 0) throw this.corrupt(`branch page ${id} is empty`, offset);
    const keys: Uint8Array[] = [];
    const children: number[] = [];
    let freeFrom = PAGE_HEADER_BYTES + count * ELEMENT_BYTES;
    for (let index = 0; index < count; index++) {
      const element = PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
      if (freeFrom > bytes.length)
        throw this.corrupt(`branch page ${id} is too small for its elements`, offset);
      const start = element + view.getUint32(element, true);
      const end = start + view.getUint32(element + 4, true);
      if (start < freeFrom || end > bytes.length) {
        throw this.corrupt(`element ${index} of branch page ${id} lies outside its place`, offset + element);
      }
      freeFrom = end;
      keys.push(new Uint8Array(bytes.subarray(start, end)));
      children.push(pageNumber(view, element + 8));
    }
    return { keys, children };
  }

  corrupt(message: string, offset: number): CorruptFileError {
    return new CorruptFileError(message, this.source.path, offset);
  }
}
