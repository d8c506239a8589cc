import type { Observation } from '../side-by-side.js';
import type { RandomLine } from './command-line.js';

/** A deliberate difference that can occur in many command lines, and how to recognise it. */
export interface KnownDifference {
  readonly why: string;
  holds(both: { readonly real: Observation; readonly ours: Observation; readonly line: RandomLine }): boolean;
}

const isHelp = (text: string) => /^(NAME|Usage):$/m.test(text);
const FORMAT_REFUSAL =
  /^Error: (\w+ not supported as output format|--count-only is only for|print-value-only is only for|marshal unsupported)/;

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    why: 'a misspelt subcommand fails before its flags are parsed; etcdctl prints the help of the group and succeeds',
    holds: ({ real, ours }) =>
      (isHelp(real.stdout) || real.code === 1) &&
      ours.code === 1 &&
      /^Error: unknown command/.test(ours.error ?? ''),
  },
  {
    why: 'help texts differ',
    holds: ({ real, ours }) =>
      real.code === 0 && isHelp(real.stdout) && ours.code === 0 && ours.stdout !== '',
  },
  {
    why: 'defrag works on files too, as it did in etcdctl 3.5',
    holds: ({ real }) => real.error === 'Error: unknown flag: --data-dir',
  },
  {
    why: 'comparisons of a lease work, and unknown operators are refused, where etcdctl panics',
    holds: ({ real, ours, line }) =>
      line.path === 'txn' &&
      real.code === 2 &&
      real.error === undefined &&
      (ours.code === 0 || ours.code === 3),
  },
  {
    why: 'the loss of a lease is a failure of lease keep-alive',
    holds: ({ real, ours, line }) =>
      line.path === 'lease keep-alive' &&
      real.code === 0 &&
      real.stdout === ours.stdout &&
      ours.code === 1 &&
      ours.error === 'Error: the lease is lost',
  },
  {
    why: 'an unsupported format is refused before the command runs',
    holds: ({ real, ours }) => FORMAT_REFUSAL.test(ours.error ?? '') && ours.stdout === '' && real.code !== 0,
  },
];
