import { GoParseError } from '../../go/parse-error.js';
import { linkSignals } from '../../model/abort-signal.js';
import { AlreadyReportedError, Failure } from '../../model/errors.js';
import {
  V2ApiMissingError,
  V2AttemptError,
  V2CallError,
  V2ClusterError,
  V2DeadlineError,
  V2Failure,
  V2NoEndpointsError,
} from '../../model/v2/errors.js';
import type { V2Client } from '../../model/v2/services.js';
import { printV2 } from '../../printers/v2.js';
import { SignalReceivedError } from '../../term/signals.js';
import type { BasicCredentials } from '../../transport/v2/connect.js';
import {
  discoveredEndpoints,
  type LocalContext,
  localContext,
  type OpenContext,
  type ProcessContext,
  warnOfExposedKey,
} from '../process-context.js';
import type { V2Context } from './command.js';
import { resolveV2Globals, toV2OutputFormat, type V2GlobalOptions } from './globals.js';
import type { V2Invocation } from './program.js';

/** The context of a version 2 command. Throws a `V2Failure` for an unknown output format. */
export function openV2Context(invocation: V2Invocation, host: ProcessContext): OpenContext<V2Context> {
  const globals = resolveV2Globals(invocation.globals, host.env);
  const format = invocation.hasFormats ? toV2OutputFormat(globals.output) : 'simple';
  const clients: V2Client[] = [];
  const local = localContext(host);
  const context: V2Context = {
    ...local,
    async connect({ syncs = true } = {}) {
      if (clients.length === 0) await warnOfExposedKey(globals.tls.keyFile, host);
      const client = await openClient(globals, local);
      clients.push(client);
      await prepareClient(client, { ...globals, syncs: syncs && globals.syncs }, context);
      return client;
    },
    deadline: () => startDeadline(globals.totalTimeoutMs, host.signal),
    async emit(result) {
      printV2(result, format, host.output);
      await host.output.flush();
    },
  };
  return {
    context,
    close() {
      for (const client of clients) client.close();
    },
  };
}

async function openClient(globals: V2GlobalOptions, local: LocalContext): Promise<V2Client> {
  const { notices, prompt } = local;
  const endpoints = (await discoveredEndpoints(globals.discovery, notices.line)) ?? globals.endpoints;
  const { connectV2 } = await import('../../transport/v2/connect.js');
  const credentials = await askCredentials(globals, prompt.password);
  const options = {
    endpoints,
    tls: globals.tls,
    ...(credentials && { credentials }),
    dialTimeoutMs: globals.dialTimeoutMs,
    headerTimeoutMs: globals.headerTimeoutMs,
    onUnanswered: (text: string) => {
      if (local.signal.reason instanceof SignalReceivedError) notices.reason(text);
    },
    ...(globals.isDebug && {
      onRequest: (command: string) => notices.line(`cURL Command: ${command}`),
    }),
  };
  try {
    return await connectV2(options);
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    const reasons = ['an endpoint must be a URL, such as http://127.0.0.1:2379'];
    throw new V2Failure(cause.message, 'plain', { cause, reasons });
  }
}

async function askCredentials(
  { user }: V2GlobalOptions,
  ask: (question: string) => Promise<string>,
): Promise<BasicCredentials | undefined> {
  if (user === undefined) return undefined;
  const password = user.password ?? (await ask('Password: '));
  return { username: user.username, password };
}

/**
 * Replaces the client's endpoints with the client URLs of the members, unless `syncs` is false. An error that a server returned is
 * ignored; rejects when no server answers.
 */
async function prepareClient(
  client: V2Client,
  { syncs, isDebug }: Pick<V2GlobalOptions, 'syncs' | 'isDebug'>,
  { notices, deadline }: V2Context,
): Promise<void> {
  const printDebug = (line: string) => isDebug && notices.line(line);
  if (syncs) {
    printDebug(`start to sync cluster using endpoints(${client.endpoints.join(',')})`);
    try {
      await client.sync({ signal: deadline() });
    } catch (error) {
      rejectUnreachable(error, client);
    }
    printDebug(`got endpoints(${client.endpoints.join(',')}) after sync`);
  }
  printDebug(`Cluster-Endpoints: ${client.endpoints.join(', ')}`);
}

/** Ignores errors that a server returned, as etcdctl does (ctlv2/command/util.go `mustNewClient` of etcd 3.5). */
function rejectUnreachable(error: unknown, { endpoints }: V2Client): void {
  if (!(error instanceof V2CallError) || error instanceof V2ApiMissingError) throw error;
  if (error instanceof V2NoEndpointsError) {
    throw new V2Failure(error.message, 'server', {
      cause: error,
      reasons: [
        'etcd cluster has no published client endpoints.',
        `Try '--no-sync' if you want to access non-published client endpoints(${endpoints.join(',')}).`,
      ],
    });
  }
  if (!isUnreachable(error)) return;
  throw new V2Failure(error.message, 'connection', { cause: error, reasons: error.reasons });
}

function isUnreachable(error: V2CallError): boolean {
  if (error instanceof V2ClusterError) return error.attempts.every(isUnreachable);
  if (error instanceof V2AttemptError) return error.isConnectionFailure;
  return error instanceof V2DeadlineError;
}

function startDeadline(totalTimeoutMs: number, signal: AbortSignal): AbortSignal {
  const deadline = linkSignals(signal);
  const expire = () => deadline.abort(new V2DeadlineError());
  // A timeout below one millisecond expires before a request can be sent.
  if (totalTimeoutMs < 1) expire();
  // The timer must not keep the process alive: pending I/O does that.
  else setTimeout(expire, totalTimeoutMs).unref();
  return deadline.signal;
}

/** Converts a failure to a `V2Failure`: the final lines and the exit status differ from those of version 3. */
export function toV2Failure(error: unknown, { callFailure, successor }: V2Invocation): unknown {
  if (error instanceof V2ApiMissingError) {
    const message =
      `the server at ${error.endpoint} does not serve the version 2 API: etcd 3.6 and later do not have it, ` +
      `older servers need --enable-v2; use '${successor}' with ETCDCTL_API=3`;
    return new V2Failure(message, callFailure, { cause: error });
  }
  if (error instanceof V2Failure) return error;
  if (error instanceof V2CallError) {
    return new V2Failure(error.message, callFailure, { cause: error, reasons: error.reasons });
  }
  if (error instanceof Failure && !(error instanceof AlreadyReportedError)) {
    return new V2Failure(error.message, 'plain', { cause: error, reasons: error.reasons });
  }
  return error;
}
