import { textFromBytes } from '../go/bytes.js';
import type { KeyDifference, StoreDiff, StoreSide } from '../model/store-diff.js';
import type {
  FileUse,
  OtherGroups,
  StoreGroup,
  StoreGroups,
  StoreTotals,
  StoreUse,
} from '../model/store-use.js';
import { KEY_VALUE } from './message-schemas.js';
import { bytes, integer, list, nested, omitAbsent, revision, struct, text } from './schema.js';

/** The JSON of `top` and `diff`. docs/operators.md documents it. */

const TOTALS = {
  keys: integer('keys'),
  keyBytes: integer('keyBytes'),
  valueBytes: integer('valueBytes'),
  oldRevisions: omitAbsent(integer('oldRevisions')),
  oldBytes: omitAbsent(integer('oldBytes')),
};

/** A group with its name as text: bytes that are not UTF-8 cannot be told apart there. */
interface NamedGroup extends StoreGroup {
  readonly text: string;
}

const GROUP = struct<NamedGroup>({ text: text('name'), name: bytes('base64'), ...TOTALS });

const GROUPS = struct<Omit<StoreGroups, 'groups'> & { readonly groups: readonly NamedGroup[] }>({
  by: text('by'),
  groups: list(nested('groups', undefined, GROUP), '[]'),
  others: omitAbsent(
    nested('others', undefined, struct<OtherGroups>({ groups: integer('groups'), ...TOTALS })),
  ),
});

export const STORE_USE = struct<ReturnType<typeof shownUse>>({
  revision: revision('revision'),
  file: omitAbsent(
    nested(
      'file',
      undefined,
      struct<FileUse>({
        path: text('path'),
        sizeBytes: integer('sizeBytes'),
        freeBytes: integer('freeBytes'),
      }),
    ),
  ),
  total: nested('total', undefined, struct<StoreTotals>(TOTALS)),
  sort: text('sort'),
  depth: integer('depth'),
  tables: list(nested('tables', undefined, GROUPS), '[]'),
});

export function shownUse(use: StoreUse) {
  const tables = use.tables.map((table) => ({
    ...table,
    groups: table.groups.map((group): NamedGroup => ({ ...group, text: textFromBytes(group.name) })),
  }));
  return { ...use, tables };
}

interface ShownSide extends Pick<StoreSide, 'revision'> {
  readonly source: string;
}

const SIDE = struct<ShownSide>({ source: text('source'), revision: revision('revision') });

/** What is known before the differences. */
export const DIFF_SUMMARY = struct<
  Pick<StoreDiff, 'added' | 'removed' | 'changed' | 'equal'> & ReturnType<typeof shownSides>
>({
  before: nested('before', undefined, SIDE),
  after: nested('after', undefined, SIDE),
  added: integer('added'),
  removed: integer('removed'),
  changed: integer('changed'),
  equal: integer('equal'),
});

export const KEY_DIFFERENCE = struct<KeyDifference>({
  change: text('change'),
  key: bytes('key'),
  before: omitAbsent(nested('before', undefined, KEY_VALUE)),
  after: omitAbsent(nested('after', undefined, KEY_VALUE)),
});

export function shownSides({ before, after }: Pick<StoreDiff, 'before' | 'after'>) {
  const shown = ({ path, revision }: StoreSide): ShownSide => ({ source: path ?? 'cluster', revision });
  return { before: shown(before), after: shown(after) };
}
