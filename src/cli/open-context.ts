import { Failure, ServerError } from '../model/errors.js';
import type { Result } from '../model/results.js';
import type { Client } from '../model/services.js';
import { loadPrinter } from '../printers/registry.js';
import { SignalReceivedError } from '../term/signals.js';
import type { ConnectionOptions, Credentials } from '../transport/connection.js';
import type { DeadlinePolicy } from './command.js';
import type { ClientLimits, CommandContext } from './context.js';
import { checkedEndpoints, type GlobalOptions } from './globals.js';
import {
  discoveredEndpoints,
  localContext,
  type OpenContext,
  type ProcessContext,
  warnOfExposedKey,
} from './process-context.js';

/**
 * The context of a command. Clients are opened by its `connect` methods, with the global options and the command's deadline policy.
 * Rejects when DNS discovery fails.
 */
export async function openContext(
  globals: GlobalOptions,
  deadline: DeadlinePolicy,
  host: ProcessContext,
): Promise<OpenContext<CommandContext>> {
  const { signal, output } = host;
  const local = localContext(host);
  const { notices, prompt } = local;
  const { discovery, connection } = globals;
  const endpoints =
    (await discoveredEndpoints(discovery, notices.line)) ??
    (discovery ? checkedEndpoints(connection.endpoints) : connection.endpoints);
  const clients: Client[] = [];
  let credentials: Promise<Credentials | undefined> | undefined;
  const open = async (options: ConnectionOptions) => {
    if (clients.length === 0) await warnOfExposedKey(globals.connection.tls.keyFile, host);
    const { connect } = await import('../transport/grpc/connect.js');
    const client = await connect(
      {
        ...options,
        reportFailures: (reasons) => report(reasons, host),
        reportUnanswered: (explain) => reportUnanswered(explain, host),
        reportWaiting: notices.line,
      },
      signal,
    );
    clients.push(client);
    return client;
  };
  const context: CommandContext = {
    ...local,
    endpoints,
    format: globals.format,
    lockTimeoutMs: globals.lockTimeoutMs,
    async connect(chosen = endpoints, limits = {}) {
      credentials ??= askCredentials(globals, prompt.password);
      const options = connectionOptions(globals, deadline, {
        endpoints: chosen,
        credentials: await credentials,
        limits,
      });
      return open(options);
    },
    async connectTo(cluster) {
      const { credentials: _ofThisCluster, ...globalOptions } = connectionOptions(globals, deadline, {
        endpoints: cluster.endpoints,
        credentials: undefined,
        limits: {},
      });
      return open({ ...globalOptions, ...cluster });
    },
    async fetchMetrics(endpoint) {
      const { fetchMetrics } = await import('../transport/http/metrics.js');
      return fetchMetrics(endpoint, globals.connection.tls, signal);
    },
    async emit(result: Result) {
      const printer = await loadPrinter(globals.format);
      await printer.print(result, output, { hex: globals.hex });
      await output.flush();
    },
  };
  return {
    context,
    async explain(error) {
      const isFromServer = error instanceof Failure && [error, error.cause].some(isServerError);
      if (signal.aborted || !isFromServer) return [];
      const { serverHints } = await import('./server-hints.js');
      const open = (endpoint: string) => connectTo(endpoint, globals, deadline);
      return serverHints(error, { endpoints, username: globals.user?.username, signal, open });
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}

function isServerError(error: unknown): boolean {
  return error instanceof ServerError;
}

/** A client for one endpoint, without credentials, which reports nothing. */
async function connectTo(
  endpoint: string,
  globals: GlobalOptions,
  deadline: DeadlinePolicy,
): Promise<Client> {
  const { connect } = await import('../transport/grpc/connect.js');
  const settings = { endpoints: [endpoint], credentials: undefined, limits: {} };
  const { credentials: _none, ...options } = connectionOptions(globals, deadline, settings);
  return connect(options);
}

/** Writes why no endpoint can be used, while the command still waits for one. */
async function report(
  reasons: readonly string[],
  { output, loadPalette, signal }: ProcessContext,
): Promise<void> {
  const { failure } = await loadPalette();
  if (!signal.aborted) output.reasons(reasons, failure);
}

/** Writes what the command was waiting for when a signal has ended it: a time limit from outside, such as that of `timeout`, or a person. */
async function reportUnanswered(
  explain: () => Promise<readonly string[]>,
  { output, loadPalette, signal }: ProcessContext,
): Promise<void> {
  if (!(signal.reason instanceof SignalReceivedError)) return;
  const { failure } = await loadPalette();
  output.reasons(await explain(), failure);
}

/** The credentials of the global options. Prompts for a missing password. */
async function askCredentials(
  { user, connection }: GlobalOptions,
  ask: (question: string) => Promise<string>,
): Promise<Credentials | undefined> {
  if (user === undefined || user.password !== undefined) return connection.credentials;
  const password = await ask('Password: ');
  return password === '' ? undefined : { kind: 'password', username: user.username, password };
}

interface ClientSettings {
  readonly endpoints: readonly string[];
  readonly credentials: Credentials | undefined;
  readonly limits: ClientLimits;
}

function connectionOptions(
  globals: GlobalOptions,
  deadline: DeadlinePolicy,
  { endpoints, credentials, limits }: ClientSettings,
): ConnectionOptions {
  const isLimited =
    deadline === 'command-timeout' || (deadline === 'if-given' && globals.commandTimeoutGiven);
  const { maxReceiveBytes, maxRequestBytes } = globals.connection;
  const { maxResponseBytes = 0 } = limits;
  return {
    ...globals.connection,
    endpoints,
    ...(credentials && { credentials }),
    callTimeoutMs: isLimited ? globals.commandTimeoutMs : null,
    // The transport rejects a request limit above the response limit. A user who raises only the request limit must not see that.
    maxReceiveBytes: maxReceiveBytes || (maxResponseBytes && Math.max(maxResponseBytes, maxRequestBytes)),
  };
}
