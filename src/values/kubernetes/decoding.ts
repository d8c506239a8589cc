import { isUtf8 } from 'node:buffer';
import type { DecodeProblem, Structured, UnknownField } from '../../model/decoded-value.js';
import { JsonError, readJson } from '../json-reader.js';
import type { WireFault } from './wire.js';

const MAX_PROBLEMS = 10;
const MAX_UNKNOWN_FIELDS = 100;
/** An object takes as much memory as this many fields. */
const OBJECT_UNITS = 4;

/** The decoding of one value: where in it the decoder is, what it has found wrong, and how much it may still make of it. */
export class Decoding {
  readonly bytes: Uint8Array;
  readonly problems: DecodeProblem[] = [];
  readonly #buffer: Buffer;
  readonly #path: (string | number)[] = [];
  readonly #unknown = new Map<string, UnknownField>();
  readonly #cuts = new Map<number, { readonly depth: number; readonly problem: DecodeProblem }>();
  #remaining: number;
  #isFull = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#remaining = 200_000 + bytes.length;
  }

  get unknownFields(): UnknownField[] {
    return [...this.#unknown.values()];
  }

  /** Whether one more field or item may be made. A refusal is a problem. */
  takes(offset: number): boolean {
    this.#remaining--;
    if (this.#remaining >= 0) return true;
    if (!this.#isFull) this.problem(offset, 'there are too many fields: the rest is left out');
    this.#isFull = true;
    return false;
  }

  /** An object was made, perhaps of no bytes: a message that is absent has fields in JSON. Two bytes must not become a kilobyte. */
  countObject(): void {
    this.#remaining -= OBJECT_UNITS;
  }

  /** What follows is about the field of this name, or the item of this index, until `leave`. */
  enter(step: string | number): void {
    this.#path.push(step);
  }

  leave(): void {
    this.#path.pop();
  }

  /** What begins with the same offset has the same cause: it is told once. */
  problem(offset: number, message: string): void {
    const path = this.#pathText();
    if (this.problems.length >= MAX_PROBLEMS || this.problems.some((each) => each.offset === offset)) return;
    this.problems.push({ offset, message: path === '' ? message : `${path}: ${message}` });
  }

  /** Of the fields that the same end of the data cuts off, the innermost is told. */
  fault({ fault, offset, cutAt }: WireFault): void {
    const depth = this.#path.length;
    const known = cutAt === undefined ? undefined : this.#cuts.get(cutAt);
    if (known !== undefined && known.depth >= depth) return;
    if (known !== undefined) this.problems.splice(this.problems.indexOf(known.problem), 1);
    this.problem(offset, fault);
    const problem = this.problems.at(-1);
    if (cutAt !== undefined && problem !== undefined) this.#cuts.set(cutAt, { depth, problem });
  }

  unknown(number: number, sizeBytes: number): void {
    const path = this.#pathText();
    const key = `${path} ${number}`;
    const known = this.#unknown.get(key);
    if (known === undefined && this.#unknown.size >= MAX_UNKNOWN_FIELDS) return;
    this.#unknown.set(key, {
      path,
      number,
      count: (known?.count ?? 0) + 1,
      sizeBytes: (known?.sizeBytes ?? 0) + sizeBytes,
    });
  }

  text(start: number, end: number): string {
    const text = this.#buffer.toString('utf8', start, end);
    if (text.includes('\ufffd') && !isUtf8(this.bytes.subarray(start, end))) {
      this.problem(start, 'the text is not UTF-8');
    }
    return text;
  }

  base64(start: number, end: number): string {
    return this.#buffer.toString('base64', start, end);
  }

  /** A JSON document within the value; as a text when it is none. */
  json(start: number, end: number): Structured {
    if (start === end) return null;
    try {
      return readJson(this.bytes.subarray(start, end));
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      const fault = `the JSON in it is malformed: ${error.message}`;
      const offset = start + error.offset;
      this.fault({ fault, offset, ...(offset === end && { cutAt: end }) });
      return this.text(start, end);
    }
  }

  #pathText(): string {
    return this.#path
      .map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${step}`))
      .join('');
  }
}
