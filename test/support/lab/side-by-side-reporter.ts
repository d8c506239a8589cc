import type { Reporter, TestModule } from 'vitest/node';

const VERDICTS = ['equal', 'deliberate', 'different'] as const;

/** Ends a run with one line that counts the side-by-side cases. */
export class SideBySideReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { equal: 0, deliberate: 0, different: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const verdict = VERDICTS.find((each) => each === (test.meta() as { sideBySide?: string }).sideBySide);
        if (verdict !== undefined) count[verdict] += 1;
      }
    }
    if (count.equal + count.deliberate + count.different === 0) return;
    process.stdout.write(
      `side by side with etcdctl: equal ${count.equal}, deliberate differences ${count.deliberate}, ` +
        `different ${count.different}\n`,
    );
  }
}
