import type { KeyRange } from '../../model/key-range.js';
import { type CheckpointContent, malformed } from './checkpoint-file.js';

/** The members of a checkpoint, read and checked. All methods throw a `CommandError` for a member that is not as this program writes it. */
export class CheckpointFields {
  readonly #path: string;
  readonly #content: CheckpointContent;

  constructor(path: string, content: CheckpointContent) {
    this.#path = path;
    this.#content = content;
  }

  text(name: string): string {
    const value = this.#content[name];
    if (typeof value !== 'string') throw this.#malformed(name);
    return value;
  }

  /** A revision or a count: 0 or more. */
  whole(name: string): bigint {
    const value = this.text(name);
    if (!/^\d{1,19}$/.test(value)) throw this.#malformed(name);
    return BigInt(value);
  }

  id(name: string): bigint {
    const value = this.text(name);
    if (!/^[0-9a-f]{1,16}$/.test(value)) throw this.#malformed(name);
    return BigInt(`0x${value}`);
  }

  /** Undefined when the member is absent. */
  optional(name: string): CheckpointFields | undefined {
    const value = this.#content[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || value === null) throw this.#malformed(name);
    return new CheckpointFields(this.#path, value as CheckpointContent);
  }

  #malformed(name: string) {
    return malformed(this.#path, new Error(`${name} is missing or has another form`));
  }
}

/** Keys are base64, as in the JSON of etcd. */
export function rangeMembers({ key, rangeEnd }: KeyRange): CheckpointContent {
  return { key: base64(key), ...(rangeEnd !== undefined && { rangeEnd: base64(rangeEnd) }) };
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
