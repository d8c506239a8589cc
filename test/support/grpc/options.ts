import type { ConnectionOptions } from '../../../src/transport/connection.js';

/** For `vi.waitFor`, whose second is not always enough while other processes have the processor. */
export const BUSY = { timeout: 10_000 };

/** Connection options with values like etcdctl's defaults, overridden by `changes`. */
export function connectionOptions(
  endpoints: readonly string[],
  changes: Partial<Omit<ConnectionOptions, 'endpoints'>> = {},
): ConnectionOptions {
  return {
    endpoints,
    tls: { insecureTransport: true, insecureSkipVerify: false },
    proxy: {},
    dialTimeoutMs: 2000,
    keepAliveTimeMs: 2000,
    keepAliveTimeoutMs: 6000,
    callTimeoutMs: 5000,
    maxRequestBytes: 0,
    maxReceiveBytes: 0,
    ...changes,
  };
}

/** The error that the promise rejects with; fails when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('it did not reject');
}

export const bytes = (text: string): Uint8Array => Buffer.from(text);
