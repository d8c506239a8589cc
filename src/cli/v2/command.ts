import type { V2Result } from '../../model/v2/results.js';
import type { V2Client } from '../../model/v2/services.js';
import type { CommandDeclaration } from '../command.js';
import type { CommandContext } from '../context.js';
import type { FlagTable, FlagValues } from '../flags.js';

/**
 * How a version 2 command ends when a call fails. This differs from command to command, as in etcdctl:
 * - `server`: `Error: ` and the message, status 4
 * - `plain`: the message only, status 1
 */
type CallFailureEnding = 'server' | 'plain';

interface V2CommandTraits {
  readonly callFailure: CallFailureEnding;
  /** The version 3 command that does the same. The error for a server without the version 2 API names it. */
  readonly successor: string;
  /** Whether the output depends on `--output`. */
  readonly hasFormats?: boolean;
}

/** A version 2 command. The declared flags determine the types of the flag values that `toOptions` receives. */
interface V2CommandSpec<Flags extends FlagTable, Options> extends CommandDeclaration, V2CommandTraits {
  readonly flags: Flags;
  /**
   * Pure. Throws a `V2Failure` for missing, surplus or contradicting arguments. `argsLenAtDash` is the number of arguments
   * before `--`; `undefined` when there is no `--`.
   */
  readonly toOptions: (
    args: readonly string[],
    flags: FlagValues<Flags>,
    argsLenAtDash: number | undefined,
  ) => Options;
  readonly run: (options: Options, context: V2Context) => Promise<void>;
}

/** The program or family that a version 2 command is registered with. */
export interface V2CommandParent {
  command<Flags extends FlagTable, Options>(spec: V2CommandSpec<Flags, Options>): void;
  family(declaration: CommandDeclaration): V2CommandParent;
}

/** A version 2 command with checked options. */
export interface V2Prepared extends V2CommandTraits {
  readonly options: unknown;
  readonly run: (context: V2Context) => Promise<void>;
}

interface V2ConnectOptions {
  /** `false`: keep the given endpoints, as with `--no-sync`. */
  readonly syncs?: boolean;
}

/** The dependencies of a running version 2 command. */
export interface V2Context
  extends Pick<CommandContext, 'stdin' | 'notices' | 'prompt' | 'runChild' | 'signal' | 'clock'> {
  /** Opens a client of the cluster. Its endpoints become the client URLs of the members, unless `--no-sync` is given. */
  connect(options?: V2ConnectOptions): Promise<V2Client>;
  /** Starts `--total-timeout`. The returned signal aborts when the time is over, or with the context's signal. */
  deadline(): AbortSignal;
  /** Prints a result in the format of `--output`. Settles when the output accepts more data (backpressure). */
  emit(result: V2Result): Promise<void>;
}
