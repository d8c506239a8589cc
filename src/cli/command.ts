import type { ResultKind } from '../model/results.js';
import type { CommandContext } from './context.js';
import type { FlagTable, FlagValues } from './flags.js';

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
 * How long the calls of a command may take:
 * - `command-timeout`: the flag's value, 5 s by default
 * - `if-given`: the flag's value, no limit when neither flag nor variable is given
 * - `none`: no limit, whatever the flag says
 * - `no-server`: the command talks to no server; the global flags' values and the environment are not even looked at
 * - `files`: the command works on files; of the global flags, the output format counts if the command prints a result, and
 *   etcdutl's time for locks; the environment is not looked at
 */
export type DeadlinePolicy = 'command-timeout' | 'if-given' | 'none' | 'no-server' | 'files';

/** What all commands declare about themselves: the source of parsing, help, completion and `docs/commands.md`. */
export interface CommandDeclaration {
  readonly name: string;
  readonly group?: CommandGroup;
  /** Arguments as help shows them: `<key> [range_end]`. */
  readonly usage?: string;
  /** What the first argument can be, for completion. Not enforced here. */
  readonly argumentChoices?: readonly string[];
  /** One sentence without a full stop. */
  readonly summary: string;
  /** Further paragraphs of help. */
  readonly description?: string;
  /**
   * Lines of shell: commands, and comments that begin with `# `. Every call of this program in them must parse; a command
   * with arguments or required flags has at least one.
   */
  readonly examples?: readonly string[];
}

/** Values of environment variables, by name. */
export type Variables = Readonly<Record<string, string>>;

/** A command that runs. Declaring its flags gives `toOptions` typed values. */
export interface CommandSpec<Flags extends FlagTable, Options> extends CommandDeclaration {
  readonly flags: Flags;
  /** A function for the command that talks to a server or not, as its options say. */
  readonly deadline: DeadlinePolicy | ((options: Options) => DeadlinePolicy);
  /** What it prints in the end, so that a format which lacks it is refused before anything is done. */
  readonly result?: ResultKind;
  /** Environment variables that stand for arguments of this command, by name. */
  readonly variables?: readonly string[];
  /**
   * Pure. Throws a `UsageError` for arguments that are missing, surplus or contradict each other. `dashAt` tells how
   * many of the arguments stand before `--`; `undefined`: there is none. `variables` has those that are declared and set;
   * an empty one counts as unset.
   */
  readonly toOptions: (
    args: readonly string[],
    flags: FlagValues<Flags>,
    dashAt: number | undefined,
    variables: Variables,
  ) => Options;
  readonly run: (options: Options, context: CommandContext) => Promise<void>;
}

/** A command that only holds others, such as `endpoint`; its flags are accepted by all of them. */
export interface CommandFamilySpec<Flags extends FlagTable> extends CommandDeclaration {
  readonly flags: Flags;
}

/** Where a command registers itself: the program, or the family it belongs to. */
export interface CommandParent<Inherited extends FlagTable = Record<never, never>> {
  command<Flags extends FlagTable, Options>(
    spec: Omit<CommandSpec<Flags, Options>, 'toOptions'> & {
      toOptions: (
        args: readonly string[],
        flags: FlagValues<Flags & Inherited>,
        dashAt: number | undefined,
        variables: Variables,
      ) => Options;
    },
  ): void;
  family<Flags extends FlagTable>(spec: CommandFamilySpec<Flags>): CommandParent<Inherited & Flags>;
}
