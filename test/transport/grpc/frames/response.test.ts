import { describe, expect, test } from 'vitest';
import { CallStatus, refusalOf } from '../../../../src/transport/grpc/frames/response.js';
import type { ErrorCode } from '../../../../src/transport/http2/error.js';

type Fields = Readonly<Record<string, string>>;

const OF_GRPC = { ':status': '200', 'content-type': 'application/grpc' };

function statusOf(...parts: readonly Fields[]): CallStatus {
  const status = new CallStatus();
  for (const fields of parts) status.add(new Map(Object.entries(fields)));
  return status;
}

const refusal = (...parts: readonly Fields[]) => statusOf(...parts).refusal();

describe('the status of a call', () => {
  test('is in its trailers, or in its only headers', () => {
    expect(refusal(OF_GRPC, { 'grpc-status': '0', 'grpc-message': 'unread' })).toBeUndefined();
    const details = { 'grpc-status': '5', 'grpc-message': 'gone' };
    expect(refusal(OF_GRPC, details)).toEqual({ code: 'NotFound', details: 'gone' });
    expect(refusal({ ...OF_GRPC, ...details })).toEqual({ code: 'NotFound', details: 'gone' });
    expect(refusal(OF_GRPC, { 'grpc-status': '5' })).toEqual({ code: 'NotFound', details: '' });
  });

  test.each(['17', '99999999999', '-1', '', 'abc', '1.5', '0x0', ' 0'])('%j stands for nothing', (number) => {
    expect(refusal(OF_GRPC, { 'grpc-status': number })?.code).toBe('Unknown');
  });

  test.each([
    ['a%20b%0Ac%25', 'a b\nc%'],
    ['caf%C3%A9 %e2%82%ac', 'café €'],
    ['caf\xc3\xa9', 'café'],
    ['100%', '100%'],
    ['%zz%4', '%zz%4'],
    ['%ff', '\ufffd'],
  ])('%j is read as %j', (message, details) => {
    expect(refusal(OF_GRPC, { 'grpc-status': '2', 'grpc-message': message })?.details).toBe(details);
  });

  test('is missing where a server breaks off', () => {
    expect(refusal(OF_GRPC)).toEqual({
      code: 'Internal',
      details: 'server closed the stream without sending trailers',
    });
    expect(refusal(OF_GRPC, { other: 'x' })?.code).toBe('Internal');
  });
});

describe('what knows no gRPC', () => {
  test.each([
    ['400', 'Internal'],
    ['401', 'Unauthenticated'],
    ['403', 'PermissionDenied'],
    ['404', 'Unimplemented'],
    ['429', 'Unavailable'],
    ['502', 'Unavailable'],
    ['503', 'Unavailable'],
    ['504', 'Unavailable'],
    ['500', 'Unknown'],
    ['418', 'Unknown'],
  ])('answers HTTP %s, which is %s', (status, code) => {
    expect(refusal({ ':status': status, 'content-type': 'text/html' })).toEqual({
      code,
      details: `unexpected HTTP status code received from server: ${status}`,
    });
  });

  test('may answer 200 with a page', () => {
    expect(refusal({ ':status': '200', 'content-type': 'text/html' })).toEqual({
      code: 'Unknown',
      details: 'transport: received unexpected content-type "text/html"',
    });
    expect(refusal({ ':status': '200' })).toEqual({
      code: 'Unknown',
      details: 'malformed header: missing HTTP content-type',
    });
  });

  test.each([
    [OF_GRPC, true],
    [{ ':status': '200', 'content-type': 'application/grpc+proto' }, true],
    [{ ':status': '200', 'content-type': 'text/html' }, false],
    [{ ':status': '200' }, false],
    [{ ':status': '503', 'content-type': 'application/grpc' }, false],
    [{}, false],
  ])('%j: messages follow: %s', (fields, isOfGrpc) => {
    expect(statusOf(fields).isOfGrpc).toBe(isOfGrpc);
  });

  test('a status before the final one does not count', () => {
    expect(statusOf({ ':status': '103' }, OF_GRPC).isOfGrpc).toBe(true);
  });
});

describe('what ends a stream', () => {
  test.each([
    ['REFUSED_STREAM', 'Unavailable', true],
    ['CANCEL', 'Canceled', undefined],
    ['FLOW_CONTROL_ERROR', 'ResourceExhausted', undefined],
    ['ENHANCE_YOUR_CALM', 'ResourceExhausted', undefined],
    ['INADEQUATE_SECURITY', 'PermissionDenied', undefined],
    ['INTERNAL_ERROR', 'Internal', undefined],
    ['NO_ERROR', 'Internal', undefined],
  ] as const)('%s is %s', (code: ErrorCode, rpcCode, isUntouched) => {
    const refusal = refusalOf({ kind: 'reset', code });
    expect([refusal.code, refusal.isUntouched]).toEqual([rpcCode, isUntouched]);
  });

  test('a request that was not looked at may be made again, one that was lost may not', () => {
    expect(refusalOf({ kind: 'refused' })).toMatchObject({ code: 'Unavailable', isUntouched: true });
    const lost = refusalOf({ kind: 'lost', reason: new Error('x') });
    expect(lost.code).toBe('Unavailable');
    expect(lost.isUntouched).toBeUndefined();
  });
});
