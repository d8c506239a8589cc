import type { ByteSink } from '../byte-sink.js';
import { BUCKET_ELEMENT, BUCKET_HEADER_BYTES, compareBytes } from './format.js';
import { metaPage } from './meta.js';
import { PageWriter } from './page-writer.js';
import { TreeWriter } from './tree-writer.js';

const META_PAGES = 2;

interface FinishedBucket {
  readonly name: Uint8Array;
  /** The value of the bucket's element in the root tree. */
  readonly element: Uint8Array;
}

/**
 * Writes a new database from sorted pairs in one pass, from front to back: children before parents, the metas last. It buffers one
 * page, and for each level of the tree the keys of at most two branch pages. The file has no free pages and no stored freelist; it ends
 * at the high water mark.
 */
export class BoltWriter {
  readonly #sink: ByteSink;
  readonly #pages: PageWriter;
  readonly #buckets: FinishedBucket[] = [];
  #current: { readonly name: Uint8Array; readonly tree: TreeWriter } | undefined;

  constructor(sink: ByteSink, pageSizeBytes: number) {
    this.#sink = sink;
    this.#pages = new PageWriter(sink, pageSizeBytes);
    for (let page = 0; page < META_PAGES; page++) sink.append(new Uint8Array(pageSizeBytes));
  }

  /** Begins a bucket and ends the previous one. Names must ascend, else a `RangeError` is thrown. */
  beginBucket(name: Uint8Array): void {
    this.#endBucket();
    const before = this.#buckets.at(-1);
    if (before !== undefined && compareBytes(before.name, name) >= 0) {
      throw new RangeError('buckets must be written in the order of their names');
    }
    this.#current = { name, tree: new TreeWriter(this.#pages) };
  }

  /** Keys must ascend strictly within a bucket, else a `RangeError` is thrown. The caller may reuse the arrays after this returns. */
  add(key: Uint8Array, value: Uint8Array): void {
    if (this.#current === undefined) throw new RangeError('a pair needs a bucket');
    this.#current.tree.add(key, value);
  }

  /** Writes the root tree and the metas. Returns the size of the database in bytes. The caller syncs the sink. */
  finish(): number {
    this.#endBucket();
    const root = new TreeWriter(this.#pages, BUCKET_ELEMENT);
    for (const { name, element } of this.#buckets) root.add(name, element);
    const { pageSizeBytes } = this.#pages;
    const meta = {
      pageSizeBytes,
      rootPage: root.finish(),
      freelistPage: undefined,
      highWaterPage: this.#sink.position / pageSizeBytes,
    };
    this.#sink.overwrite(0, metaPage(0, { ...meta, transactionId: 2n }));
    this.#sink.overwrite(pageSizeBytes, metaPage(1, { ...meta, transactionId: 1n }));
    return this.#sink.position;
  }

  #endBucket(): void {
    if (this.#current === undefined) return;
    const { name, tree } = this.#current;
    this.#buckets.push({ name, element: bucketElement(tree) });
    this.#current = undefined;
  }
}

function bucketElement(tree: TreeWriter): Uint8Array {
  const inlinePage = tree.inlinePage();
  const element = new Uint8Array(BUCKET_HEADER_BYTES + (inlinePage?.length ?? 0));
  if (inlinePage === undefined) new DataView(element.buffer).setBigUint64(0, BigInt(tree.finish()), true);
  else element.set(inlinePage, BUCKET_HEADER_BYTES);
  return element;
}
