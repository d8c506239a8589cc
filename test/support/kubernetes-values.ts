import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A value made by Kubernetes' own encoder: scripts/kubernetes/fixtures. */
export interface StoredObject {
  /** Such as `apps/v1 Deployment`. */
  readonly kind: string;
  readonly value: Buffer;
  /** As Kubernetes' own decoder and JSON encoder write it. */
  readonly json: Readonly<Record<string, unknown>>;
}

const FOLDER = new URL('../fixtures/kubernetes/', import.meta.url);

/** `filled`: each kind with all of its fields. `random`: kinds of version v1 with random fields. */
export function storedObjects(name: 'filled' | 'random'): StoredObject[] {
  const text = gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, FOLDER))).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ kind, protobuf, json }) => ({ kind, value: Buffer.from(protobuf, 'base64'), json }));
}

export function storedObject(kind: string): StoredObject {
  const found = storedObjects('filled').find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`there is no ${kind} in the fixtures`);
  return found;
}

export function storedValue(name: 'custom-resource' | 'pod' | 'secret-aescbc' | 'secret-kms-v2'): Buffer {
  return readFileSync(new URL(name, FOLDER));
}

/** A field of a protobuf message: its contents, or the number in it. */
export function field(number: number, contents: Uint8Array | string | bigint): Buffer {
  if (typeof contents === 'bigint') return Buffer.concat([varint(BigInt(number << 3)), varint(contents)]);
  const bytes = Buffer.from(contents);
  return Buffer.concat([varint(BigInt((number << 3) | 2)), varint(BigInt(bytes.length)), bytes]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** A value as an API server stores an object of this kind. */
export function enveloped(apiVersion: string, kind: string, ...fields: Uint8Array[]): Buffer {
  const type = Buffer.concat([field(1, apiVersion), field(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, Buffer.concat(fields))]);
}
