import { describe, expect, test } from 'vitest';
import { CallStatus, refusalOf } from '../../../../src/transport/grpc/frames/response.js';
import { Http2Error, type ResetCode, SilentPeerError } from '../../../../src/transport/http2/error.js';

type Fields = Readonly<Record<string, string>>;

const OF_GRPC = { ':status': '200', 'content-type': 'application/grpc' };

/** What is received, in this order: fields or data; the stream ends with the last. */
function refusal(...received: readonly (Fields | string)[]) {
  const status = new CallStatus();
  for (const [index, each] of received.entries()) {
    const isLast = index === received.length - 1;
    const refusal =
      typeof each === 'string'
        ? status.addData(Buffer.from(each, 'latin1'))
        : status.add(new Map(Object.entries(each)), isLast);
    if (refusal !== undefined) return refusal;
  }
  return status.refusal;
}

const details = (...received: readonly (Fields | string)[]) => refusal(...received)?.details;

describe('the status of a call', () => {
  test('is in its trailers, or in its only headers', () => {
    expect(refusal(OF_GRPC, { 'grpc-status': '0', 'grpc-message': 'unread' })).toBeUndefined();
    const denied = { 'grpc-status': '5', 'grpc-message': 'gone' };
    expect(refusal(OF_GRPC, denied)).toEqual({ code: 'NotFound', details: 'gone' });
    expect(refusal({ ...OF_GRPC, ...denied })).toEqual({ code: 'NotFound', details: 'gone' });
    expect(refusal(OF_GRPC, { 'grpc-status': '5' })).toEqual({ code: 'NotFound', details: '' });
    expect(refusal({ ...OF_GRPC, 'grpc-status': '5' }, { other: 'x' })?.code).toBe('Unknown');
  });

  test.each([
    ['17', 'Code(17)'],
    ['-1', 'Code(4294967295)'],
    ['+5', 'NotFound'],
    ['05', 'NotFound'],
  ])('%j stands for %s', (number, code) => {
    expect(refusal(OF_GRPC, { 'grpc-status': number })).toEqual({ code, details: '' });
  });

  test.each([
    ['', 'invalid syntax'],
    ['abc', 'invalid syntax'],
    ['1.5', 'invalid syntax'],
    ['0x0', 'invalid syntax'],
    [' 0', 'invalid syntax'],
    ['2147483648', 'value out of range'],
    ['99999999999', 'value out of range'],
  ])('%j is no number', (number, why) => {
    const words = `transport: malformed grpc-status: strconv.ParseInt: parsing "${number}": ${why}`;
    expect(refusal(OF_GRPC, { 'grpc-status': number })).toEqual({ code: 'Unknown', details: words });
    expect(details({ ':status': '404', 'grpc-status': number })).toBe(words);
  });

  test.each([
    ['a%20b%0Ac%25', 'a b\nc%'],
    ['caf%C3%A9 %e2%82%ac', 'café €'],
    ['caf\xc3\xa9', 'café'],
    ['100%', '100%'],
    ['%zz%4', '%zz%4'],
    ['%ff', '\udcff'],
  ])('%j is read as %j', (message, text) => {
    expect(details(OF_GRPC, { 'grpc-status': '2', 'grpc-message': message })).toBe(text);
  });

  test('is missing where a server breaks off', () => {
    expect(refusal(OF_GRPC, 'data')).toEqual({
      code: 'Internal',
      details: 'server closed the stream without sending trailers',
    });
    expect(refusal(OF_GRPC, { other: 'x' })).toEqual({ code: 'Unknown', details: '' });
    expect(details(OF_GRPC, OF_GRPC, 'x')).toBe('a HEADERS frame cannot appear in the middle of a stream');
  });
});

describe('what knows no gRPC', () => {
  test.each([
    ['400', 'Internal', 'Bad Request'],
    ['401', 'Unauthenticated', 'Unauthorized'],
    ['403', 'PermissionDenied', 'Forbidden'],
    ['404', 'Unimplemented', 'Not Found'],
    ['413', 'Unknown', 'Request Entity Too Large'],
    ['418', 'Unknown', "I'm a teapot"],
    ['429', 'Unavailable', 'Too Many Requests'],
    ['500', 'Unknown', 'Internal Server Error'],
    ['502', 'Unavailable', 'Bad Gateway'],
    ['503', 'Unavailable', 'Service Unavailable'],
    ['504', 'Unavailable', 'Gateway Timeout'],
    ['599', 'Unknown', ''],
  ])('answers HTTP %s, which is %s', (status, code, phrase) => {
    const words = `unexpected HTTP status code received from server: ${status} (${phrase})`;
    expect(refusal({ ':status': status, 'content-type': 'text/html' })).toEqual({
      code,
      details: `${words}; transport: received unexpected content-type "text/html"`,
    });
    expect(details({ ':status': status })).toBe(`${words}; malformed header: missing HTTP content-type`);
  });

  test('sends a page, whose beginning is told', () => {
    const head = { ':status': '404', 'content-type': 'text/"x"' };
    const words = `${details(head)}\ndata: `;
    expect(words).toContain('"text/\\"x\\""');
    expect(details(head, 'a\n', '\xff')).toBe(`${words}"a\\n\\xff"`);
    expect(details(head, 'a', { other: 'x' })).toBe(`${words}"a"`);
    expect(details(head, { other: 'x' })).toBe(`${words}""`);
    expect(details(head, 'x'.repeat(1000), 'y'.repeat(5000), 'z')).toBe(
      `${words}"${'x'.repeat(1000)}${'y'.repeat(24)}"`,
    );
    // grpc-go does not tell the page when an empty frame ends it.
    expect(details(head, 'a', '')).toBe('server closed the stream without sending trailers');
  });

  test('may not even know HTTP', () => {
    expect(details({})).toBe(
      'malformed header: missing HTTP status; malformed header: missing HTTP content-type',
    );
    expect(details({ ':status': 'abc' }, 'x')).toBe(
      'transport: malformed http-status: strconv.Atoi: parsing "abc": invalid syntax',
    );
    expect(details({ ':status': '103' })).toBe(
      'protocol error: informational header with status code 103 must not have END_STREAM set',
    );
  });

  test.each([
    ['application/grpc', true],
    ['application/grpc+proto', true],
    ['application/grpc;charset=x', true],
    ['application/grpc-web', false],
    ['APPLICATION/GRPC', false],
    ['', false],
  ])('%j: messages follow: %s', (contentType, hasMessages) => {
    const status = new CallStatus();
    status.add(new Map(Object.entries({ ':status': '503', 'content-type': contentType })), false);
    expect(status.hasMessages).toBe(hasMessages);
  });

  test('a status before the final one does not count', () => {
    expect(refusal({ ':status': '103' }, OF_GRPC, { 'grpc-status': '0' })).toBeUndefined();
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
    ['unknown error code 0x63', 'Unknown', undefined],
  ] as const)('%s is %s', (code: ResetCode, rpcCode, isUntouched) => {
    expect(refusalOf({ kind: 'reset', code })).toEqual({
      code: rpcCode,
      details: `stream terminated by RST_STREAM with error code: ${code}`,
      ...(isUntouched && { isUntouched }),
    });
  });

  test('a request that was not looked at may be made again, one that was lost may not', () => {
    expect(refusalOf({ kind: 'refused' })).toMatchObject({ code: 'Unavailable', isUntouched: true });
    const lost = refusalOf({ kind: 'lost', reason: new Error('x') });
    expect(lost.code).toBe('Unavailable');
    expect(lost.isUntouched).toBeUndefined();
  });

  test.each([
    [new Error('closed'), 'error reading from server: EOF'],
    [
      Object.assign(new Error('x'), { code: 'ECONNRESET' }),
      'error reading from server: connection reset by peer',
    ],
    [new Http2Error('PROTOCOL_ERROR', 'x'), 'error reading from server: connection error: PROTOCOL_ERROR'],
    [new SilentPeerError(), 'keepalive ping failed to receive ACK within timeout'],
  ])('a connection is lost by %s', (reason, words) => {
    expect(refusalOf({ kind: 'lost', reason })).toEqual({ code: 'Unavailable', details: words });
    expect(refusalOf({ kind: 'lost', reason, goAway: 'code: NO_ERROR' }).details).toBe(
      `closing transport due to: connection error: desc = "${words}", received prior goaway: code: NO_ERROR`,
    );
  });
});
