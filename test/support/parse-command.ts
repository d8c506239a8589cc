import type { CommandParent } from '../../src/cli/command.js';
import type { Environment } from '../../src/cli/environment.js';
import { parseFlags } from '../../src/cli/flag-parser.js';
import { GLOBAL_FLAGS } from '../../src/cli/global-flags.js';
import { createProgram } from '../../src/cli/program.js';

/** Parses a command line and returns the command's options; throws the command's errors. */
export function parseCommand(
  register: (parent: CommandParent) => void,
  argv: readonly string[],
  env: Environment = {},
): unknown {
  const program = createProgram(
    {
      name: 'etcdctl',
      summary: 'test',
      globalFlags: GLOBAL_FLAGS,
      listsGlobalFlagsApart: true,
    },
    parseFlags,
  );
  register(program);
  const outcome = program.parse(argv, env);
  if (outcome.kind === 'text') throw new Error(`help instead of a run: ${outcome.text}`);
  return outcome.invocation.options;
}
