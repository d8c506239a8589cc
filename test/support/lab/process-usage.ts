import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** What a process uses at one time, from Linux's /proc. */
export interface Usage {
  readonly residentBytes: number;
  readonly descriptors: number;
}

/** The usage of a process while it runs, in the order of time. */
export class UsageSamples {
  readonly samples: Usage[] = [];

  /** Takes samples until the signal aborts or the process has ended. */
  static take(pid: number, { everyMs, signal }: { everyMs: number; signal: AbortSignal }): UsageSamples {
    const taken = new UsageSamples();
    void (async () => {
      for (let usage = usageOf(pid); usage !== undefined; usage = usageOf(pid)) {
        taken.samples.push(usage);
        await delay(everyMs, undefined, { signal });
      }
    })().catch(() => {});
    return taken;
  }

  /** The medians of the first and the last tenth of the samples, and the largest of all. */
  of(what: keyof Usage): { readonly first: number; readonly last: number; readonly peak: number } {
    const values = this.samples.map((usage) => usage[what]);
    const tenth = Math.max(1, Math.floor(values.length / 10));
    return {
      first: medianOf(values.slice(0, tenth)),
      last: medianOf(values.slice(-tenth)),
      peak: Math.max(...values),
    };
  }

  /** As text, such as `memory 60, 61, peak 64 MB, descriptors 25, 25, peak 27`. */
  get summary(): string {
    const megabytes = (bytes: number) => Math.round(bytes / 1e6);
    const memory = this.of('residentBytes');
    const descriptors = this.of('descriptors');
    return [
      `memory at first ${megabytes(memory.first)}, at last ${megabytes(memory.last)}, peak ${megabytes(memory.peak)} MB`,
      `descriptors ${descriptors.first}, ${descriptors.last}, peak ${descriptors.peak}`,
    ].join('; ');
  }
}

/** `undefined` when the process has ended, or where there is no /proc. */
function usageOf(pid: number): Usage | undefined {
  try {
    const [, kib] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    if (kib === undefined) return undefined;
    return { residentBytes: Number(kib) * 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
