import type { ClientOptions, CommandContext, OtherCluster } from '../../src/cli/context.js';
import type { LocalEtcd } from '../../src/model/local-etcd.js';
import type { Result } from '../../src/model/results.js';
import type { Client } from '../../src/model/services.js';
import type { OutputFormat } from '../../src/printers/printer.js';

export interface FakeContextSettings {
  readonly endpoints?: readonly string[];
  readonly format?: OutputFormat;
  readonly lockTimeoutMs?: number;
  readonly stdoutIsTerminal?: boolean;
  readonly stdin?: readonly (string | Uint8Array)[];
  /** Returns the client of `connect`; when absent, connecting is an error. */
  readonly connect?: (endpoints: readonly string[], options: ClientOptions) => Partial<Client>;
  /** Returns the client of `connectTo` for another cluster; when absent, connecting to one is an error. */
  readonly connectTo?: (cluster: OtherCluster) => Partial<Client>;
  /** Answers prompts; when absent, prompting is an error. */
  readonly prompt?: Partial<CommandContext['prompt']>;
  /** Returns the password in a file; when absent, reading one is an error. */
  readonly readSecret?: CommandContext['readSecret'];
  readonly endpointAdvice?: string;
  /** Returns the metrics; when absent, fetching them is an error. */
  readonly fetchMetrics?: CommandContext['fetchMetrics'];
  readonly inspector?: CommandContext['inspector'];
  readonly connectionFlags?: readonly string[];
  /** Time; when absent, it stands still, and sleeps return at once. */
  readonly clock?: CommandContext['clock'];
  /** What a search of the node finds; nothing when absent. */
  readonly foundOnNode?: readonly LocalEtcd[];
  /** When absent, stdout accepts everything and is no file. */
  readonly stdout?: CommandContext['stdout'];
  /** Runs child programs; when absent, running one is an error. */
  readonly runChild?: CommandContext['runChild'];
}

/** A context that records what a command does with it. Sleeps return at once; `sleeps` has their durations. */
export function fakeContext(settings: FakeContextSettings = {}) {
  const emitted: Result[] = [];
  const lines: string[] = [];
  const sleeps: number[] = [];
  const controller = new AbortController();
  const endpoints = settings.endpoints ?? ['127.0.0.1:2379'];
  const context: CommandContext = {
    endpoints,
    format: settings.format ?? 'simple',
    lockTimeoutMs: settings.lockTimeoutMs ?? 1000,
    async connect(chosen = endpoints, options = {}) {
      if (settings.connect === undefined) throw new Error('this command must not connect');
      return { close: () => undefined, ...settings.connect(chosen, options) } as Client;
    },
    async connectTo(cluster) {
      if (settings.connectTo === undefined) throw new Error('this command connects to its own cluster only');
      return { close: () => undefined, ...settings.connectTo(cluster) } as Client;
    },
    fetchMetrics: settings.fetchMetrics ?? (() => Promise.reject(new Error('this command reads no metrics'))),
    inspector: settings.inspector ?? {
      presentedCertificate: async () => undefined,
      metrics: () => Promise.reject(new Error('this command reads no metrics')),
      clientCertificates: async () => ({ authorities: [] }),
      localDisks: async () => [],
    },
    connectionFlags: settings.connectionFlags ?? [],
    searchNode: async () => ({ found: settings.foundOnNode ?? [], root: '/', places: [], denied: [] }),
    localEtcd: async () => settings.foundOnNode?.[0],
    hintAtLocal: async () => undefined,
    stdoutIsTerminal: settings.stdoutIsTerminal ?? false,
    async emit(result) {
      emitted.push(result);
    },
    render: async (result) => {
      const { renderers } = await import('../../src/printers/simple/simple.js');
      const chunks: Uint8Array[] = [];
      const sink = {
        out: (chunk: string | Uint8Array) => void chunks.push(Buffer.from(chunk)),
        err: () => undefined,
      };
      const render = renderers[result.kind];
      if ('unsupported' in render) throw new Error(render.unsupported);
      await (render as (result: Result, ...rest: unknown[]) => unknown)(result, sink, { hex: false });
      return Buffer.concat(chunks);
    },
    stdout: settings.stdout ?? { isBroken: false, file: async () => undefined },
    stdin: chunks(settings.stdin ?? []),
    notices: {
      line: (text) => lines.push(text),
      hint: (text) => lines.push(text),
      reason: (text) => lines.push(text),
      progress: () => ({ update: () => undefined, show: () => undefined, stop: () => undefined }),
    },
    prompt: {
      password: rejectPrompt,
      line: rejectPrompt,
      isInteractive: false,
      confirm: async () => false,
      ...settings.prompt,
    },
    readSecret: settings.readSecret ?? (() => Promise.reject(new Error('this command reads no password'))),
    ...(settings.endpointAdvice !== undefined && { endpointAdvice: settings.endpointAdvice }),
    runChild: settings.runChild ?? (() => Promise.reject(new Error('this command must not start a program'))),
    signal: controller.signal,
    clock: settings.clock ?? {
      now: () => 0n,
      async sleep(ms) {
        sleeps.push(ms);
      },
    },
  };
  return { context, emitted, lines, sleeps, abort: (reason: Error) => controller.abort(reason) };
}

function rejectPrompt(): Promise<string> {
  return Promise.reject(new Error('nobody to ask'));
}

async function* chunks(parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}
