import type { Reporter, TestModule } from 'vitest/node';

const VERDICTS = ['equal', 'deliberate', 'different'] as const;

type Count = Record<(typeof VERDICTS)[number], number>;

/** Prints the counts of side-by-side cases at the end of a run, one line for each table. */
export class SideBySideReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, Count>();
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { sideBySide, table = 'command lines' } = test.meta() as {
          sideBySide?: string;
          table?: string;
        };
        const verdict = VERDICTS.find((each) => each === sideBySide);
        if (verdict === undefined) continue;
        const count = counts.get(table) ?? { equal: 0, deliberate: 0, different: 0 };
        count[verdict] += 1;
        counts.set(table, count);
      }
    }
    for (const [table, { equal, deliberate, different }] of counts) {
      process.stdout.write(
        `side by side with etcdctl, ${table}: equal ${equal}, deliberate ${deliberate}, different ${different}\n`,
      );
    }
  }
}
