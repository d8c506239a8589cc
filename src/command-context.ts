import type { DeadlinePolicy } from './cli/command.js';
import type { Clock, CommandContext } from './cli/context.js';
import { checkedEndpoints } from './cli/endpoints.js';
import type { GlobalOptions } from './cli/globals.js';
import type { Result } from './model/results.js';
import type { Client } from './model/services.js';
import { loadPrinter } from './printers/registry.js';
import type { Input } from './term/input.js';
import type { Output } from './term/output.js';
import type { Palette } from './term/palette.js';
import { startProgress } from './term/progress.js';
import type { ConnectionOptions, Credentials } from './transport/connection.js';

/** What the process has, and the context is made from. */
export interface Surroundings {
  readonly output: Output;
  readonly input: Input;
  readonly stderr: NodeJS.WriteStream;
  /** The colours of stderr. */
  readonly loadPalette: () => Promise<Palette>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Ends everything as SIGINT would, for terminals that deliver Ctrl-C as a key; gives the signal's reason. */
  readonly interrupt: () => Error;
}

/** A context with its clients, which whoever opened it closes. */
export interface OpenContext {
  readonly context: CommandContext;
  close(): void;
}

/** The context of a command that talks to a server, by the global flags and the command's deadline policy. */
export async function openContext(
  globals: GlobalOptions,
  deadline: DeadlinePolicy,
  surroundings: Surroundings,
): Promise<OpenContext> {
  const { signal, clock, input, output } = surroundings;
  const notices = {
    line: (text: string) => output.err(`${text}\n`),
    progress: (label: string) => startProgress(label, { stderr: surroundings.stderr, now: clock.now }),
  };
  const prompt = { password: (question: string) => askPassword(question, surroundings) };
  const endpoints = await resolveEndpoints(globals, notices.line);
  const clients: Client[] = [];
  let credentials: Promise<Credentials | undefined> | undefined;
  const context: CommandContext = {
    endpoints,
    format: globals.format,
    async connect(chosen = endpoints) {
      credentials ??= askCredentials(globals, prompt.password);
      const options = connectionOptions(globals, deadline, {
        endpoints: chosen,
        credentials: await credentials,
      });
      const { connect } = await import('./transport/grpc/connect.js');
      const client = await connect(options, signal);
      clients.push(client);
      return client;
    },
    async emit(result: Result) {
      const printer = await loadPrinter(globals.format);
      printer.print(result, output, { hex: globals.hex });
      await output.flush();
    },
    stdin: input,
    notices,
    prompt,
    signal,
    clock,
  };
  return {
    context,
    close() {
      for (const client of clients) client.close();
    },
  };
}

async function resolveEndpoints(
  { discovery, connection }: GlobalOptions,
  warn: (line: string) => void,
): Promise<readonly string[]> {
  if (discovery === undefined) return connection.endpoints;
  const { discoverEndpoints } = await import('./transport/discovery.js');
  const discovered = await discoverEndpoints(discovery, warn);
  return discovered.length > 0 ? discovered : checkedEndpoints(connection.endpoints);
}

/** Complete when the globals say it all; else a person says the password. */
async function askCredentials(
  { user, connection }: GlobalOptions,
  ask: (question: string) => Promise<string>,
): Promise<Credentials | undefined> {
  if (user === undefined || user.password !== undefined) return connection.credentials;
  const password = await ask('Password: ');
  return password === '' ? undefined : { kind: 'password', username: user.username, password };
}

function connectionOptions(
  globals: GlobalOptions,
  deadline: DeadlinePolicy,
  { endpoints, credentials }: { endpoints: readonly string[]; credentials: Credentials | undefined },
): ConnectionOptions {
  const isLimited =
    deadline === 'command-timeout' || (deadline === 'if-given' && globals.commandTimeoutGiven);
  return {
    ...globals.connection,
    endpoints,
    ...(credentials && { credentials }),
    callTimeoutMs: isLimited ? globals.commandTimeoutMs : null,
  };
}

/** Question and line end go to stdout, as etcdctl writes them; the answer is never shown. */
async function askPassword(question: string, { output, input, interrupt }: Surroundings): Promise<string> {
  output.out(question);
  await output.flush();
  try {
    return (await input.hiddenLine(interrupt)).trim();
  } finally {
    output.out('\n');
    await output.flush();
  }
}
