import { type CommandDescription, describeCommand } from '../command-description.js';
import { type CommandNode, commandPath } from '../command-tree.js';
import { addChild, makeRoot } from '../commander-tree.js';
import type { V2CommandParent, V2Prepared } from './command.js';
import { readV2CommandLine } from './command-line.js';
import { V2_GLOBAL_FLAGS, type V2GlobalFlagValues } from './global-flags.js';
import { v2Help } from './help.js';

export interface V2ProgramSettings {
  readonly name: string;
  readonly summary: string;
  /** What `--version` prints. */
  readonly versionText: string;
}

export type V2Outcome =
  /** To be written to stdout, status 0. */
  { readonly kind: 'help'; readonly text: string } | V2Invocation;

/** A command with options that are known to be good. */
export interface V2Invocation extends V2Prepared {
  readonly kind: 'run';
  /** `member add` */
  readonly path: string;
  /** The global flags that stand on the command line; variables and defaults are for `resolveV2Globals`. */
  readonly globals: Partial<V2GlobalFlagValues>;
}

export interface V2Program extends V2CommandParent {
  /** `argv` without the program's name. Throws a `V2Failure`, also where `toOptions` of the command does. */
  parse(argv: readonly string[]): V2Outcome;
  /** All that is declared: for documentation. */
  describe(): CommandDescription;
}

/** The version 2 command set, to be filled by its commands. */
export function createV2Program({ name, summary, versionText }: V2ProgramSettings): V2Program {
  const root: CommandNode<V2Prepared> = makeRoot<V2Prepared>({
    declaration: { name, summary },
    flags: V2_GLOBAL_FLAGS,
    action: { kind: 'family' },
  });
  return {
    ...parentAt(root),
    parse(argv) {
      const request = readV2CommandLine(root, argv);
      if (request.kind === 'version') return { kind: 'help', text: versionText };
      if (request.kind === 'help') return { kind: 'help', text: v2Help(request.node) };
      const { node, line, globals } = request;
      if (node.action.kind !== 'run') return { kind: 'help', text: v2Help(node) };
      return { kind: 'run', path: commandPath(node), globals, ...node.action.prepare(line, {}) };
    },
    describe: () => describeCommand(root),
  };
}

function parentAt(node: CommandNode<V2Prepared>): V2CommandParent {
  return {
    command(spec) {
      type Flags = Parameters<typeof spec.toOptions>[1];
      addChild(node, {
        declaration: spec,
        flags: spec.flags,
        action: {
          kind: 'run',
          prepare({ args, flags, dashAt }) {
            const options = spec.toOptions(args, flags as Flags, dashAt);
            const { callFailure, successor, hasFormats = false } = spec;
            return {
              callFailure,
              successor,
              hasFormats,
              options,
              run: (context) => spec.run(options, context),
            };
          },
        },
      });
    },
    family: (declaration) => parentAt(addChild(node, { declaration, flags: {}, action: { kind: 'family' } })),
  };
}
