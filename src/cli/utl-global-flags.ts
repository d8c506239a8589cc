import { OUTPUT_FORMATS } from '../printers/printer.js';
import { durationFlag, type FlagValues, stringFlag } from './flags.js';

/** The flags that all of etcdutl's commands accept. */
export const UTL_GLOBAL_FLAGS = {
  timeout: durationFlag(10_000, 'time to wait for the lock of a database file; 0: no limit'),
  'write-out': stringFlag('simple', 'output format', { short: 'w', choices: OUTPUT_FORMATS }),
};

export type UtlGlobalFlagValues = FlagValues<typeof UTL_GLOBAL_FLAGS>;
