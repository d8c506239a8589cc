import type { V2Result } from '../../model/v2/results.js';
import type { V2Client } from '../../model/v2/services.js';
import type { CommandDeclaration } from '../command.js';
import type { CommandContext } from '../context.js';
import type { FlagTable, FlagValues } from '../flags.js';

/**
 * How a version 2 command ends when a call fails; etcdctl is irregular here:
 * - `server`: labelled, status 4
 * - `plain`: the message alone, status 1
 */
type CallFailureEnding = 'server' | 'plain';

interface V2CommandTraits {
  readonly callFailure: CallFailureEnding;
  /** The version 3 command that does the same, for users of servers without the version 2 API. */
  readonly successor: string;
  /** It prints keys by `--output`; the others look the same in all formats. */
  readonly hasFormats?: boolean;
}

/** A version 2 command. Declaring its flags gives `toOptions` typed values. */
interface V2CommandSpec<Flags extends FlagTable, Options> extends CommandDeclaration, V2CommandTraits {
  readonly flags: Flags;
  /**
   * Pure. Throws a `V2Failure` for arguments that are missing, surplus or contradict each other. `dashAt` tells how many of
   * the arguments stood before `--`; `undefined`: there was none.
   */
  readonly toOptions: (
    args: readonly string[],
    flags: FlagValues<Flags>,
    dashAt: number | undefined,
  ) => Options;
  readonly run: (options: Options, context: V2Context) => Promise<void>;
}

/** Where a version 2 command registers itself: the program, or the family it belongs to. */
export interface V2CommandParent {
  command<Flags extends FlagTable, Options>(spec: V2CommandSpec<Flags, Options>): void;
  family(declaration: CommandDeclaration): V2CommandParent;
}

/** A version 2 command with options that are known to be good. */
export interface V2Prepared extends V2CommandTraits {
  readonly options: unknown;
  readonly run: (context: V2Context) => Promise<void>;
}

interface V2ConnectChoices {
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
