import type { V2Result } from '../../model/v2/results.js';
import type { V2Client } from '../../model/v2/services.js';
import type { CommandContext } from '../context.js';

export interface V2ConnectChoices {
  /** `false`: not even without `--no-sync`. */
  readonly syncs?: boolean;
}

/** All that a running version 2 command sees of the world. */
export interface V2Context
  extends Pick<CommandContext, 'stdin' | 'notices' | 'prompt' | 'runChild' | 'signal' | 'clock'> {
  /** A client of the cluster, with the members' own URLs unless `--no-sync` is given. */
  connect(choices?: V2ConnectChoices): Promise<V2Client>;
  /** Begins the time of `--total-timeout`: the signal aborts when that is over, and with the context's own. */
  deadline(): AbortSignal;
  /** Prints a result by `--output`; settles when the output can take more. */
  emit(result: V2Result): Promise<void>;
}
