import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** What a process uses at one time, from Linux's /proc. */
export interface Usage {
  readonly residentBytes: number;
  readonly descriptors: number;
}

const PARTS = 10;

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

  /** The medians of ten equal parts of the time, and the largest of all values. */
  of(what: keyof Usage): { readonly parts: readonly number[]; readonly peak: number } {
    const values = this.samples.map((usage) => usage[what]);
    const at = (part: number) => Math.floor((part * values.length) / PARTS);
    const parts = Array.from({ length: PARTS }, (_, part) => medianOf(values.slice(at(part), at(part + 1))));
    return { parts, peak: Math.max(...values) };
  }

  /** As text, such as `memory 60 61 … 63, peak 64 MB; descriptors 25 25 … 25, peak 27`. */
  get summary(): string {
    const megabytes = (bytes: number) => Math.round(bytes / 1e6);
    const memory = this.of('residentBytes');
    const descriptors = this.of('descriptors');
    return [
      `memory ${memory.parts.map(megabytes).join(' ')}, peak ${megabytes(memory.peak)} MB`,
      `descriptors ${descriptors.parts.join(' ')}, peak ${descriptors.peak}`,
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
