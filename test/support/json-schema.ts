/** The part of JSON Schema that the schemas in `docs/schemas` use. */
interface JsonSchema {
  /** The schema itself. */
  readonly $ref?: '#';
  /** Absent: any value. */
  readonly type?: 'array' | 'object' | 'string' | 'boolean' | 'integer';
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
}

/** What in the value differs from the schema, with its path; a property that the schema does not name differs too. */
export function schemaProblems(
  value: unknown,
  schema: JsonSchema,
  path = '$',
  root = schema,
): readonly string[] {
  if (schema.$ref !== undefined) return schemaProblems(value, root, path);
  if (schema.enum !== undefined) return schema.enum.includes(value) ? [] : [`${path}: ${String(value)}`];
  if (schema.type !== undefined && schema.type !== typeOf(value))
    return [`${path}: ${typeOf(value)} instead of ${schema.type}`];
  if (schema.type === undefined) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      schemaProblems(item, schema.items ?? {}, `${path}[${index}]`, root),
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  const { properties = {}, required = [] } = schema;
  const missing = required.filter((name) => !(name in value)).map((name) => `${path}.${name}: missing`);
  const wrong = Object.entries(value).flatMap(([name, each]) => {
    const property = properties[name];
    const at = `${path}.${name}`;
    return property === undefined ? [`${at}: not in the schema`] : schemaProblems(each, property, at, root);
  });
  return [...missing, ...wrong];
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
