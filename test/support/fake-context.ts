import type { CommandContext } from '../../src/cli/context.js';
import type { Result } from '../../src/model/results.js';
import type { Client } from '../../src/model/services.js';
import type { OutputFormat } from '../../src/printers/printer.js';

export interface FakeContextSettings {
  readonly endpoints?: readonly string[];
  readonly format?: OutputFormat;
  readonly stdin?: readonly (string | Uint8Array)[];
  /** What `connect` gives for the endpoints; without it, connecting is an error. */
  readonly connect?: (endpoints: readonly string[]) => Partial<Client>;
}

/** A context that keeps what a command does with it. Time does not pass, but `sleeps` tells how long it should have. */
export function fakeContext(settings: FakeContextSettings = {}) {
  const emitted: Result[] = [];
  const lines: string[] = [];
  const sleeps: number[] = [];
  const controller = new AbortController();
  const endpoints = settings.endpoints ?? ['127.0.0.1:2379'];
  const context: CommandContext = {
    endpoints,
    format: settings.format ?? 'simple',
    async connect(chosen = endpoints) {
      if (settings.connect === undefined) throw new Error('this command must not connect');
      return { close: () => undefined, ...settings.connect(chosen) } as Client;
    },
    async emit(result) {
      emitted.push(result);
    },
    stdin: chunks(settings.stdin ?? []),
    notices: {
      line: (text) => lines.push(text),
      progress: async () => ({ update: () => undefined, stop: () => undefined }),
    },
    prompt: { password: () => Promise.reject(new Error('nobody to ask')) },
    signal: controller.signal,
    clock: {
      now: () => 0n,
      async sleep(ms) {
        sleeps.push(ms);
      },
    },
  };
  return { context, emitted, lines, sleeps, abort: (reason: Error) => controller.abort(reason) };
}

async function* chunks(parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}
