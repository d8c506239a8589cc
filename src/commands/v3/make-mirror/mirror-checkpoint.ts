import type { KeyMapping } from '../../../client/mirror/mirror.js';
import { UsageError } from '../../../model/errors.js';
import { prefixRange } from '../../../model/key-range.js';
import { idHex } from '../../../printers/id.js';
import { CheckpointFile } from '../../../storage/checkpoint/checkpoint-file.js';
import { base64, CheckpointFields, rangeMembers } from '../../../storage/checkpoint/fields.js';

const KIND = 'etcdctl-mirror-checkpoint';

export interface MirrorState {
  readonly clusterId: bigint;
  readonly destinationClusterId: bigint;
  /** The store revision of the destination when this was written, or an earlier one. */
  readonly destinationRevision: bigint;
  /** All revisions of the source before it are applied at the destination; 0: the copy is not complete. */
  readonly nextRevision: bigint;
}

/** How far a mirror has come, in a file. */
export class MirrorCheckpoint {
  readonly #file: CheckpointFile;
  readonly #mapping: KeyMapping;
  /** Undefined before the first start. */
  state: MirrorState | undefined;

  private constructor(file: CheckpointFile, mapping: KeyMapping) {
    this.#file = file;
    this.#mapping = mapping;
    if (file.content === undefined) return;
    requireSameMapping(file, mapping);
    const fields = new CheckpointFields(file.path, file.content);
    this.state = {
      clusterId: fields.id('clusterId'),
      destinationClusterId: fields.id('destinationClusterId'),
      destinationRevision: fields.whole('destinationRevision'),
      nextRevision: fields.text('phase') === 'copy' ? 0n : fields.whole('nextRevision'),
    };
  }

  /** Throws a `CommandError` when the file cannot be used, and a `UsageError` when it is of other keys. */
  static open(path: string, mapping: KeyMapping): MirrorCheckpoint {
    return new MirrorCheckpoint(CheckpointFile.open(path, KIND), mapping);
  }

  get path(): string {
    return this.#file.path;
  }

  record(state: MirrorState): void {
    this.state = state;
    this.#file.write(contentOf(state, this.#mapping));
  }

  /** Writes the state a last time, if there is one. */
  async end(): Promise<void> {
    if (this.state !== undefined) await this.#file.end(contentOf(this.state, this.#mapping));
  }
}

function contentOf(state: MirrorState, mapping: KeyMapping) {
  const { clusterId, destinationClusterId, destinationRevision, nextRevision } = state;
  return {
    kind: KIND,
    schema: 1,
    clusterId: idHex(clusterId),
    ...mappingMembers(mapping),
    destinationClusterId: idHex(destinationClusterId),
    destinationRevision: String(destinationRevision),
    ...(nextRevision === 0n ? { phase: 'copy' } : { phase: 'changes', nextRevision: String(nextRevision) }),
  };
}

function mappingMembers({ prefix, replacement }: KeyMapping) {
  return { ...rangeMembers(prefixRange(prefix)), destinationPrefix: base64(replacement) };
}

function requireSameMapping({ path, content = {} }: CheckpointFile, mapping: KeyMapping): void {
  const wanted: Readonly<Record<string, unknown>> = mappingMembers(mapping);
  if (Object.keys(wanted).every((name) => content[name] === wanted[name])) return;
  throw new UsageError(`${path} is the checkpoint of a mirror with another prefix`, 'arguments', {
    reasons: [
      'a checkpoint belongs to one --prefix and one prefix at the destination: name another file to begin anew with these',
    ],
  });
}
