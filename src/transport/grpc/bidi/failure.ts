import type { ServiceError } from '@grpc/grpc-js';
import { CallFailure, LOST_CONNECTION, rpcCodeOf } from '../status.js';

/** @param call the grpc-js call that failed: it has something to say about its connection only if it had one */
export function callFailure(
  error: ServiceError,
  call: { getAuthContext(): object | null },
  endpoint: string,
): CallFailure {
  const code = rpcCodeOf(error.code);
  const wasSent = call.getAuthContext() !== null;
  return new CallFailure(code === 'OK' ? 'Unknown' : code, goDetails(error.details), wasSent, endpoint);
}

/** grpc-js's words for a connection that broke under a call. */
const LOST: ReadonlySet<string> = new Set([
  'Connection dropped',
  'read ECONNRESET',
  'Stream refused by server',
]);

/** Words of grpc-js that grpc-go says otherwise. */
function goDetails(details: string): string {
  if (LOST.has(details)) return LOST_CONNECTION;
  const tooLarge = /^Received message larger than max \((\d+) vs (\d+)\)$/.exec(details);
  if (tooLarge) return `grpc: received message larger than max (${tooLarge[1]} vs. ${tooLarge[2]})`;
  return details;
}
