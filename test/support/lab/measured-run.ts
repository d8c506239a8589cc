import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { bareEnvironment, type Program } from './program.js';

/** The result of a run whose output is too large to keep. */
export interface MeasuredRun {
  readonly code: number | null;
  readonly stdoutBytes: number;
  readonly stdoutSha256: string;
  readonly stderr: string;
  /** Peak resident memory while the program wrote, from Linux's VmHWM; undefined on other systems. */
  readonly peakMemoryBytes: number | undefined;
}

/** Memory is sampled after each such amount of output. */
const SAMPLE_EVERY_BYTES = 2 ** 20;

export function measuredRun(program: Program, args: readonly string[]): Promise<MeasuredRun> {
  const child = spawn(program.command, [...program.leadingArgs, ...args], {
    env: bareEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const hash = createHash('sha256');
  const errors: Buffer[] = [];
  let stdoutBytes = 0;
  let sampleAt = 0;
  let peakMemoryBytes: number | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    stdoutBytes += chunk.length;
    if (stdoutBytes < sampleAt) return;
    sampleAt = stdoutBytes + SAMPLE_EVERY_BYTES;
    peakMemoryBytes = peakMemory(child.pid) ?? peakMemoryBytes;
  });
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const stderr = Buffer.concat(errors).toString();
      resolve({ code, stdoutBytes, stdoutSha256: hash.digest('hex'), stderr, peakMemoryBytes });
    });
  });
}

function peakMemory(pid: number | undefined): number | undefined {
  try {
    const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}
