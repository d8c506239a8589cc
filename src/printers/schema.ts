/**
 * A schema lists the fields of a message: their order, their names in JSON and their labels in the format `fields`. A
 * format that writes names and values (json, fields) walks the schema and needs no code for each kind of result.
 */

/** A field, or an item of a list, whose value has the type `Value`. */
export interface Field<Value = never> {
  readonly json: string;
  /** For a message, the prefix of its fields' labels. Undefined: not in the format `fields`. */
  readonly label: string | undefined;
  readonly type: Type;
  /** When JSON leaves the field out. `empty` is Go's `omitempty`: zero, false, no length, absent. */
  readonly omits: 'empty' | 'absent' | 'nothing';
  /** Never set; ties the description to the type for the compiler. */
  readonly accepts?: (value: Value) => void;
}

type ScalarKind = 'integer' | IdKind | 'flag' | 'text' | 'bare-text' | 'bytes';

/** 64-bit numbers that identify something; readers that parse JSON numbers as doubles change them. Text in JSON with `--ids=string`. */
export type IdKind = 'id' | 'lease-id' | 'revision';

export type Type =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'enum'; readonly nameOf: (value: number) => string }
  | { readonly kind: 'list'; readonly item: Type; readonly whenEmpty: '[]' | 'null' }
  | { readonly kind: 'message' | 'embedded'; readonly schema: Schema }
  | { readonly kind: 'one-of'; readonly cases: () => Readonly<Record<string, Field>> };

/** A value of the type `one-of`. */
export interface Choice {
  readonly $case: string;
  readonly value: unknown;
}

export interface Schema<Message = never> {
  readonly fields: readonly NamedField[];
  /** Never set; ties the description to the type for the compiler. */
  readonly describes?: (message: Message) => void;
}

/** A field with its name in the model's message. */
export interface NamedField extends Field {
  readonly name: string;
}

type FieldsOf<Message> = {
  readonly [Name in keyof Message]-?: Field<NonNullable<Message[Name]>> | typeof HIDDEN;
};

/** A field that no format shows. */
export const HIDDEN = 'hidden';

/** A message of etcd's api/v3: JSON leaves out empty fields. The compiler asks for every field of the message. */
export function message<Message>(fields: FieldsOf<Message>): Schema<Message> {
  return schemaOf(fields, 'empty');
}

/** A Go struct without `omitempty`: JSON has every field. */
export function struct<Message>(fields: FieldsOf<Message>): Schema<Message> {
  return schemaOf(fields);
}

/** Written as a loop: this runs for every schema when a format is loaded. */
function schemaOf<Message>(fields: FieldsOf<Message>, omits?: Field['omits']): Schema<Message> {
  const named: NamedField[] = [];
  for (const [name, field] of Object.entries<Field | typeof HIDDEN>(fields)) {
    if (field === HIDDEN) continue;
    const { json, label, type } = field;
    named.push({ name, json, label, type, omits: omits ?? field.omits });
  }
  return { fields: named };
}

const scalar =
  <Value>(kind: ScalarKind) =>
  (json: string, label?: string): Field<Value> => ({ json, label, type: { kind }, omits: 'nothing' });

export const integer = scalar<number>('integer');
/** A 64-bit number that counts or measures: sizes, versions, terms, seconds. A number in JSON, whatever `--ids` says. */
export const quantity = scalar<bigint>('integer');
/** Of a member or cluster: hexadecimal with `--hex`, where the format honours it. */
export const id = scalar<bigint>('id');
export const leaseId = scalar<bigint>('lease-id');
/** Of the key space or of the authentication store. */
export const revision = scalar<bigint>('revision');
export const flag = scalar<boolean>('flag');
export const text = scalar<string>('text');
/** The format `fields` writes it without quotes. */
export const bareText = scalar<string>('bare-text');
export const bytes = scalar<Uint8Array>('bytes');

/** A number in JSON, its name in `fields`. */
export function enumeration(json: string, label: string, nameOf: (value: number) => string): Field<number> {
  return { json, label, type: { kind: 'enum', nameOf }, omits: 'nothing' };
}

export function nested<Message>(
  json: string,
  label: string | undefined,
  schema: Schema<Message>,
): Field<Message> {
  return { json, label, type: { kind: 'message', schema }, omits: 'nothing' };
}

/** As Go's embedded struct: JSON has its fields among those of the message around it. */
export function embedded<Message>(schema: Schema<Message>): Field<Message> {
  return { json: '', label: '', type: { kind: 'embedded', schema }, omits: 'nothing' };
}

/** One of several fields. JSON has an object with that field, or an empty one. */
export function oneOf<Value extends Choice>(
  json: string,
  cases: () => { readonly [Case in Value as Case['$case']]: Field<Case['value']> },
): Field<Value> {
  return { json, label: '', type: { kind: 'one-of', cases }, omits: 'nothing' };
}

/**
 * A list under the name of the given field; the format `fields` writes each item under its label. `whenEmpty` is for
 * lists that JSON does not leave out: `null` for a nil slice in Go, `[]` for one that was made.
 */
export function list<Item>(
  { json, label, type }: Field<Item>,
  whenEmpty: '[]' | 'null' = 'null',
): Field<Iterable<Item> & { readonly length: number }> {
  return { json, label, type: { kind: 'list', item: type, whenEmpty }, omits: 'nothing' };
}

export function omitEmpty<Value>(field: Field<Value>): Field<Value> {
  return { ...field, omits: 'empty' };
}

export function omitAbsent<Value>(field: Field<Value>): Field<Value> {
  return { ...field, omits: 'absent' };
}

/** The schema with the named fields only. */
export function pick<Message>({ fields }: Schema<Message>, ...names: (keyof Message)[]): Schema<Message> {
  return { fields: fields.filter(({ name }) => (names as string[]).includes(name)) };
}
