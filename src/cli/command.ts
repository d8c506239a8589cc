import type { ResultKind } from '../model/results.js';
import type { CommandContext } from './context.js';
import type { CandidateKind, FlagTable, FlagValues } from './flags.js';

/** The sections of `help`, in their order. */
export const COMMAND_GROUPS = {
  kv: 'Key-value commands',
  cluster: 'Cluster maintenance commands',
  concurrency: 'Concurrency commands',
  auth: 'Authentication commands',
  files: 'Offline commands',
  utility: 'Utility commands',
} as const;
export type CommandGroup = keyof typeof COMMAND_GROUPS;

/**
 * The deadline of a command's calls:
 * - `command-timeout`: the value of `--command-timeout`, 5 s by default
 * - `if-given`: the value of `--command-timeout`; no limit when neither the flag nor its variable is given
 * - `none`: no limit; `--command-timeout` has no effect
 * - `files`: the command works on files; only two global flags have an effect: the output format, if the command prints a
 *   result, and the lock timeout of etcdutl; the environment is ignored
 * - `node`: the command makes no calls; of the global flags and variables, those of the output and of this node have an effect
 */
export type DeadlinePolicy = 'command-timeout' | 'if-given' | 'none' | 'files' | 'node';

/** The declaration that all commands have: the source of parsing, help, completion and `docs/commands.md`. */
export interface CommandDeclaration {
  readonly name: string;
  /** etcdctl has no such command. An abbreviation that means one of etcdctl's commands, or several, keeps that meaning. */
  readonly isAddition?: boolean;
  readonly group?: CommandGroup;
  /** Arguments as help shows them: `<key> [range_end]`. */
  readonly usage?: string;
  /** The values that completion offers for the first argument. Not enforced here. */
  readonly argumentChoices?: readonly string[];
  /** What completion offers for each argument, in their order, if that depends on the cluster. */
  readonly argumentCandidates?: readonly CandidateKind[];
  /** One sentence without a full stop. */
  readonly summary: string;
  /** Further paragraphs of help. */
  readonly description?: string;
  /**
   * Lines of shell: commands, and comments that begin with `# `. A test parses every call of this program in them. A
   * command with arguments or required flags has at least one example.
   */
  readonly examples?: readonly string[];
}

/** Values of environment variables, by name. */
export type Variables = Readonly<Record<string, string>>;

/** A command. The declared flags, and those of its families, determine the types of the flag values that `toOptions` receives. */
type CommandSpec<Flags extends FlagTable, Inherited extends FlagTable, Options> = CommandDeclaration & {
  readonly flags: Flags;
  /** Environment variables that stand for arguments of this command, by name. */
  readonly variables?: readonly string[];
  /**
   * Pure. Throws a `UsageError` for missing, surplus or contradicting arguments. `argsLenAtDash` is the number of
   * arguments before `--`; `undefined` when there is no `--`. `variables` holds those of the declared environment
   * variables that are set and not empty, `given` the names of the flags on the command line.
   */
  readonly toOptions: (
    args: readonly string[],
    flags: FlagValues<Flags & Inherited>,
    argsLenAtDash: number | undefined,
    variables: Variables,
    given: ReadonlySet<string>,
  ) => Options;
} & (Printing<Options> | Running<Options>);

/** Prints a text that depends on its options only. Neither the values of the global flags nor the environment are checked. */
interface Printing<Options> {
  readonly text: (options: Options) => string;
}

interface Running<Options> {
  /** For options with which the command only prints a text; see `Printing`. */
  readonly text?: (options: Options) => string | undefined;
  /** A function for a command whose options decide whether it calls a server. */
  readonly deadline: DeadlinePolicy | ((options: Options) => DeadlinePolicy);
  /**
   * The kind of result that the command prints. An output format without it is rejected before the command runs. A function for a command
   * whose options decide whether it prints one.
   */
  readonly result?: ResultKind | ((options: Options) => ResultKind | undefined);
  readonly run: (options: Options, context: CommandContext) => Promise<void>;
}

/** A command that only groups subcommands, such as `endpoint`. Its flags are persistent: all subcommands accept them. */
export interface CommandFamilySpec<Flags extends FlagTable> extends CommandDeclaration {
  readonly flags: Flags;
}

/** The program or family that a command is registered with. */
export interface CommandParent<Inherited extends FlagTable = Record<never, never>> {
  command<Flags extends FlagTable, Options>(spec: CommandSpec<Flags, Inherited, Options>): void;
  family<Flags extends FlagTable>(spec: CommandFamilySpec<Flags>): CommandParent<Inherited & Flags>;
}
