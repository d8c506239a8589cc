import { AlreadyReportedError, Failure, ServerError } from '../model/errors.js';
import type { Inspector } from '../model/inspection.js';
import type { Result } from '../model/results.js';
import type { Client } from '../model/services.js';
import { loadPrinter } from '../printers/registry.js';
import type { ConnectionOptions, Credentials } from '../transport/connection.js';
import type { DeadlinePolicy } from './command.js';
import type { ClientOptions, ClientReports, CommandContext } from './context.js';
import { checkedEndpoints } from './endpoint-list.js';
import { FailureReports, reportUnanswered } from './failure-reports.js';
import type { GlobalOptions } from './globals.js';
import { Login, readsStdin } from './login.js';
import {
  discoveredEndpoints,
  localContext,
  type OpenContext,
  type ProcessContext,
  warnOfExposedKey,
} from './process-context.js';
import type { SecretSource } from './secret-file.js';

/**
 * The context of a command. Clients are opened by its `connect` methods, with the global options and the command's deadline policy.
 * Rejects when DNS discovery fails, or the password of the login cannot be read from standard input.
 */
export async function openContext(
  globals: GlobalOptions,
  deadline: DeadlinePolicy,
  host: ProcessContext,
): Promise<OpenContext<CommandContext>> {
  const { signal, output } = host;
  const local = localContext(host);
  const { notices } = local;
  const secret = (source: SecretSource) => readSecret(source, host);
  const login = new Login(globals, local, secret);
  if (readsStdin(globals.user)) await login.credentials();
  const { discovery, connection } = globals;
  const endpoints =
    (await discoveredEndpoints(discovery, notices.line)) ??
    (discovery ? checkedEndpoints(connection.endpoints) : connection.endpoints);
  /** Those that are not closed yet: a command can open thousands, one after the other. */
  const clients = new Set<Client>();
  let hasConnected = false;
  const failures = new FailureReports(globals, host);
  const reportsOnStderr = (options: ConnectionOptions): ClientReports => ({
    reportFailures: (reasons) => failures.add(reasons, options),
    reportUnanswered: (explain) => reportUnanswered(explain, host),
    reportWaiting: notices.line,
  });
  const open = async (options: ConnectionOptions, reports = reportsOnStderr(options)) => {
    if (!hasConnected) await warnOfExposedKey(globals.connection.tls.keyFile, host);
    const { connect } = await import('../transport/grpc/connect.js');
    const client = await connect({ ...options, ...reports, connectsAtOnce: !hasConnected }, signal);
    hasConnected = true;
    const own: Client = {
      ...client,
      close() {
        clients.delete(own);
        client.close();
      },
    };
    clients.add(own);
    return own;
  };
  const context: CommandContext = {
    ...local,
    prompt: login.prompt,
    readSecret: secret,
    endpoints,
    ...(globals.endpointAdvice !== undefined && { endpointAdvice: globals.endpointAdvice }),
    format: globals.format,
    lockTimeoutMs: globals.lockTimeoutMs,
    async connect(chosen = endpoints, clientOptions = {}, reports?) {
      const options = connectionOptions(globals, deadline, {
        endpoints: chosen,
        credentials: await login.credentials(),
        clientOptions,
      });
      return open(options, reports);
    },
    async connectTo(cluster, clientOptions = {}) {
      const { credentials: _ofThisCluster, ...globalOptions } = connectionOptions(globals, deadline, {
        endpoints: cluster.endpoints,
        credentials: undefined,
        clientOptions,
      });
      return open({ ...globalOptions, ...cluster });
    },
    async fetchMetrics(endpoint) {
      const { fetchMetrics } = await import('../transport/http/metrics.js');
      return (await fetchMetrics(endpoint, globals.connection.tls, signal)).text;
    },
    inspector: inspectorOf(globals),
    connectionFlags: globals.connectionFlags,
    async searchNode() {
      const { searchRoot } = await import('../nodes/search.js');
      return searchRoot(globals.nodeRoot);
    },
    async localEtcd() {
      const { searchRoot } = await import('../nodes/search.js');
      const { found } = await searchRoot(globals.nodeRoot, { stopsAtFirst: true });
      return found[0];
    },
    hintAtLocal: () => failures.hintAtLocal(),
    get stdoutIsTerminal() {
      return host.display.columns !== undefined;
    },
    async emit(result: Result) {
      const printer = await loadPrinter(globals.format);
      const { hex, textIds } = globals;
      await printer.print(result, output, { hex, textIds, display: host.display });
      await output.flush();
    },
    async render(result) {
      const printer = await loadPrinter(globals.format);
      const { hex, textIds } = globals;
      const chunks: Uint8Array[] = [];
      const out = (chunk: string | Uint8Array) => void chunks.push(Buffer.from(chunk));
      await printer.print(result, { out, err: output.err.bind(output) }, { hex, textIds });
      return Buffer.concat(chunks);
    },
    stdout: {
      get isBroken() {
        return output.isBroken;
      },
      async file() {
        const { outputFile } = await import('../term/output-file.js');
        return outputFile();
      },
    },
  };
  return {
    context,
    async explain(error) {
      // A failure that is already reported has had its last line.
      if (error instanceof AlreadyReportedError) failures.end();
      await failures.written();
      const isFromServer = error instanceof Failure && [error, error.cause].some(isServerError);
      if (signal.aborted || !isFromServer) return [];
      const { serverHints } = await import('./server-hints.js');
      const open = (endpoint: string) => connectTo(endpoint, globals, deadline);
      return serverHints(error, { endpoints, username: login.username, signal, open });
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}

function inspectorOf({ connection: { tls }, usesLocal, nodeRoot }: GlobalOptions): Inspector {
  return {
    async presentedCertificate(endpoint, signal) {
      const { presentedCertificate } = await import('../transport/tls/presented-certificate.js');
      return presentedCertificate(endpoint, tls, signal);
    },
    async metrics(endpoint, signal) {
      const { fetchMetrics } = await import('../transport/http/metrics.js');
      return fetchMetrics(endpoint, tls, signal);
    },
    async clientCertificates() {
      const { certificatesInFiles } = await import('../transport/tls/certificate-facts.js');
      return certificatesInFiles(tls);
    },
    async localDisks() {
      if (!usesLocal) return [];
      const { localDisks } = await import('../nodes/local-disks.js');
      return localDisks(nodeRoot);
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
  const settings = { endpoints: [endpoint], credentials: undefined, clientOptions: {} };
  const { credentials: _none, ...options } = connectionOptions(globals, deadline, settings);
  return connect(options);
}

async function readSecret(source: SecretSource, host: ProcessContext): Promise<string> {
  const { readSecret } = await import('./secret-file.js');
  return readSecret(source, host);
}

interface ClientSettings {
  readonly endpoints: readonly string[];
  readonly credentials: Credentials | undefined;
  readonly clientOptions: ClientOptions;
}

function connectionOptions(
  globals: GlobalOptions,
  deadline: DeadlinePolicy,
  { endpoints, credentials, clientOptions }: ClientSettings,
): ConnectionOptions {
  const { maxReceiveBytes, maxRequestBytes, dialTimeoutMs } = globals.connection;
  const { maxResponseBytes = 0, maxDialTimeoutMs, loginEndpoints } = clientOptions;
  return {
    ...globals.connection,
    endpoints,
    ...(loginEndpoints && { loginEndpoints }),
    ...(credentials && { credentials }),
    // 0: no limit.
    dialTimeoutMs: Math.min(maxDialTimeoutMs ?? dialTimeoutMs, dialTimeoutMs || Number.POSITIVE_INFINITY),
    callTimeoutMs: callTimeoutMs(globals, deadline, clientOptions),
    // The transport rejects a request limit above the response limit. A user who raises only the request limit must not see that.
    maxReceiveBytes: maxReceiveBytes || (maxResponseBytes && Math.max(maxResponseBytes, maxRequestBytes)),
  };
}

/** `null`: no limit. */
function callTimeoutMs(
  globals: GlobalOptions,
  deadline: DeadlinePolicy,
  clientOptions: ClientOptions,
): number | null {
  const { commandTimeoutGiven, commandTimeoutMs } = globals;
  if (clientOptions.callTimeoutMs !== undefined && !commandTimeoutGiven) return clientOptions.callTimeoutMs;
  if (deadline === 'command-timeout' || (deadline === 'if-given' && commandTimeoutGiven))
    return commandTimeoutMs;
  return null;
}
