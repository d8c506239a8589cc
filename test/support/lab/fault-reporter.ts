import type { Reporter, TestModule } from 'vitest/node';
import { type FaultCounts, faultLine } from './fault-counts.js';

/** What a test of the fault suite leaves in its `meta`. */
export interface FaultMeta {
  /** The program and what was done with it. */
  readonly faultSuite: string;
  readonly counts: FaultCounts;
}

/** What a test that measures leaves in its `meta`: lines to print. */
export interface MeasurementMeta {
  readonly measurements: readonly string[];
}

/** Prints the counts of the fault suite at the end of a run, one line for each program, and other measurements. */
export class FaultReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { faultSuite, counts, measurements } = test.meta() as Partial<FaultMeta & MeasurementMeta>;
        if (faultSuite !== undefined && counts !== undefined) {
          process.stdout.write(`${faultSuite}: ${faultLine(counts)}\n`);
        }
        for (const line of measurements ?? []) process.stdout.write(`${line}\n`);
      }
    }
  }
}
