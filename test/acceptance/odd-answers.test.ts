/** Responses that are not gRPC, or invalid gRPC, and streams that break off, compared with the newest real etcdctl. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lengthPrefixedMessage } from '../../src/transport/grpc/frames/message-reader.js';
import { SnapshotResponse } from '../../src/wire/etcdserver.js';
import { type Answer, AnsweringServer, answers } from '../support/http2/answering-server.js';
import { comparesWithAtLeast, newestEtcdctl } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, run } from '../support/lab/program.js';

const { head, last, data, lastData, reset, goAway } = answers;
const GRPC = { ':status': '200', 'content-type': 'application/grpc' };
const HTML = { ':status': '404', 'content-type': 'text/html' };
const MESSAGE = '\0\0\0\0\0';

/**
 * Answers that grpc-js, which the npm package uses, reports otherwise than grpc-go: by the name of the test, a part of its error. It
 * neither has the body of a response that is not gRPC, nor GOAWAY, and its HTTP/2 library ends streams that break the rules itself.
 */
const IN_GRPC_JS: Readonly<Record<string, string>> = {
  'HTTP 100': 'stream terminated by RST_STREAM with error code: PROTOCOL_ERROR',
  'HTTP abc': 'stream terminated by RST_STREAM with error code: PROTOCOL_ERROR',
  'no fields': 'stream terminated by RST_STREAM with error code: PROTOCOL_ERROR',
  'headers in the middle': 'stream terminated by RST_STREAM with error code: PROTOCOL_ERROR',
  'upper case in a field name': 'stream terminated by RST_STREAM with error code: PROTOCOL_ERROR',
  'a page': 'unexpected HTTP status code received from server: 404 (Not Found)',
  'a page before trailers': 'unexpected HTTP status code received from server: 404 (Not Found)',
  'a page that an empty frame ends': 'unexpected HTTP status code received from server: 404 (Not Found)',
  'a long page': 'context deadline exceeded',
  'two messages': 'context deadline exceeded',
  'a message with an invalid compression flag': 'context deadline exceeded',
  'status abc': 'rpc error: code = Unknown desc = m',
  'status 2147483648': 'rpc error: code = Code(2147483648) desc = m',
  'an escaped message': 'desc = a%20%C3%A4%ff%zz%4',
  'half a message': 'rpc error: code = PermissionDenied desc = ',
  'a newline in a field value': 'rpc error: code = PermissionDenied desc = ',
  'an escape in a message': 'rpc error: code = PermissionDenied desc = ',
  'a server that shuts down': 'error reading from server: EOF',
  'a stop': 'error reading from server: EOF',
};

/**
 * Fails unless the final lines and stdout of both programs are equal; returns ours. In the npm package, an answer of `IN_GRPC_JS` must
 * fail with the same exit code and the error given there.
 */
async function expectAlike(
  name: string,
  answer: Answer,
  args: (program: 'real' | 'ours') => readonly string[],
) {
  const server = await AnsweringServer.start(answer);
  const { endpoint } = server;
  const outcome = async (program: Program, words: readonly string[]) => {
    const flags = [`--endpoints=${endpoint}`, '--command-timeout=1s'];
    const { code, stdout, stderr } = await run(program, [...flags, ...words]);
    const lines = stderr.toString('latin1');
    const errorAt = lines.lastIndexOf('Error: ');
    return {
      code,
      stdout: stdout.toString().replace(/"took":"[^"]*"/, '"took":""'),
      error: errorAt < 0 ? '' : lines.slice(errorAt),
    };
  };
  const [real, ours] = await Promise.all([
    outcome(newestEtcdctl(), args('real')),
    outcome(ourEtcdctl(), args('ours')),
  ]).finally(() => server.close());
  const inGrpcJs = process.env.ETCDCTL_UNDER_TEST ? undefined : IN_GRPC_JS[name];
  if (inGrpcJs === undefined) expect(ours).toEqual(real);
  else {
    expect(ours.code).toBe(real.code);
    expect(ours.stdout + ours.error).not.toBe(real.stdout + real.error);
    expect(ours.stdout + ours.error).toContain(inGrpcJs);
  }
  return ours;
}

const statuses = (fields: Record<string, string> = {}) =>
  [
    '100',
    '200',
    '204',
    '302',
    '400',
    '401',
    '403',
    '404',
    '413',
    '418',
    '429',
    '500',
    '503',
    '599',
    'abc',
  ].map((status): [string, Answer] => [
    ['HTTP', status, ...Object.values(fields)].join(' '),
    [last({ ':status': status, ...fields })],
  ]);

/** Older versions of etcdctl have other messages. */
const isComparable = comparesWithAtLeast('3.7');

describe.runIf(isComparable)('endpoint health reports', { concurrent: true }, () => {
  it.each<[string, Answer]>([
    ...statuses(),
    ...statuses({ 'content-type': 'text/html' }).filter(([name]) => /200|404|503/.test(name)),
    ['another kind of gRPC', [last({ ':status': '200', 'content-type': 'application/grpc-web+"x"' })]],
    ['a page', [head(HTML), lastData('<p>\n"\xff</p>')]],
    ['a long page', [head(HTML), data('x'.repeat(1500)), data('y')]],
    ['a page before trailers', [head(HTML), data('x'), last({ x: 'y' })]],
    ['a page that an empty frame ends', [head(HTML), data('x'), lastData('')]],
    ['a page without a type', [head({ ':status': '502' }), lastData('x')]],
    ['a final response after an informational one', [head({ ':status': '103' }), last(HTML)]],
    ['no fields', [last({})]],
    ['no status', [last(GRPC)]],
    ['no status in trailers', [head(GRPC), data(MESSAGE), last({ x: 'y' })]],
    ['no trailers', [head(GRPC), lastData(MESSAGE)]],
    ...['17', '-1', 'abc', '2147483648'].map((status): [string, Answer] => [
      `status ${status}`,
      [last({ ...GRPC, 'grpc-status': status, 'grpc-message': 'm' })],
    ]),
    ['an escaped message', [last({ ...GRPC, 'grpc-status': '7', 'grpc-message': 'a%20%C3%A4%ff%zz%4' })]],
    ['a permission that is refused', [last({ ...GRPC, 'grpc-status': '7', 'grpc-message': 'denied' })]],
    ['headers in the middle', [head(GRPC), head(GRPC)]],
    ['two messages', [head(GRPC), data(MESSAGE + MESSAGE), last({ 'grpc-status': '0' })]],
    ['no message', [last({ ...GRPC, 'grpc-status': '0' })]],
    ['half a message', [head(GRPC), data('\0\0\0\0\x05a'), last({ 'grpc-status': '7' })]],
    ['a message and half a prefix', [head(GRPC), data(`${MESSAGE}\0`), last({ 'grpc-status': '0' })]],
    ['a compressed message', [head(GRPC), data('\x01\0\0\0\0')]],
    [
      'a message with an invalid compression flag',
      [head({ ...GRPC, 'grpc-encoding': 'gzip' }), data('\x02\0\0\0\0')],
    ],
    ['a reset', [reset(2)]],
    ['a reset with an unknown error code', [reset(99)]],
    ['a cancelled stream', [reset(8)]],
    ['a newline in a field value', [last({ ...GRPC, 'grpc-status': '7', x: 'a\nb' })]],
    ['an escape in a message', [last({ ...GRPC, 'grpc-status': '7', 'grpc-message': 'a\x1b[31m' })]],
    ['upper case in a field name', [last({ ...GRPC, 'X-Y': '' })]],
  ])('%s', async (name, answer) => {
    await expectAlike(name, answer, () => ['endpoint', 'health', '-w', 'json']);
  });
});

describe.runIf(isComparable)('put reports', () => {
  it.each<[string, Answer]>([
    ['a page', [head(HTML), lastData('<p>')]],
    ['a closed connection', ['close']],
    ['a reset connection', [head(GRPC), 'reset']],
    ['a server that shuts down', [goAway(0), 'close']],
    ['an error of etcd', [last({ ...GRPC, 'grpc-status': '14', 'grpc-message': 'etcdserver: no leader' })]],
  ])('%s', async (name, answer) => {
    expect(await expectAlike(name, answer, () => ['put', 'k', 'v'])).toMatchObject({ code: 1 });
  });
});

describe.runIf(isComparable)('snapshot save ends with', { concurrent: true }, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'odd-answers-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const part = SnapshotResponse.encode(SnapshotResponse.fromPartial({ blob: Buffer.from('abc') })).finish();
  const begun = [head(GRPC), data(lengthPrefixedMessage(part).toString('latin1'))];
  const status = (number: string, message: string) =>
    last({ ...GRPC, 'grpc-status': number, 'grpc-message': message });
  const trailers = (number: string, message: string) =>
    last({ 'grpc-status': number, 'grpc-message': message });

  it.each<[string, Answer, string]>([
    [
      'denied',
      [status('7', 'etcdserver: permission denied')],
      'rpc error: code = PermissionDenied desc = etcdserver: ',
    ],
    [
      'anonymous',
      [status('3', 'etcdserver: user name is empty')],
      'rpc error: code = InvalidArgument desc = ',
    ],
    [
      'denied later',
      [...begun, trailers('7', 'etcdserver: permission denied')],
      'could not write snapshot: etcdserver: ',
    ],
    [
      'another failure later',
      [...begun, trailers('13', 'x')],
      'could not write snapshot: rpc error: code = Internal',
    ],
    ['silence', [head(GRPC)], 'rpc error: code = DeadlineExceeded desc = context deadline exceeded'],
    ['silence later', begun, 'could not write snapshot: context deadline exceeded'],
    ['nothing', [status('0', '')], 'EOF'],
    [
      'a page',
      [head(HTML), lastData('x')],
      'rpc error: code = Unimplemented desc = unexpected HTTP status code',
    ],
    [
      'a cut',
      [...begun, 'close'],
      'could not write snapshot: rpc error: code = Unavailable desc = error reading',
    ],
    [
      'a reset',
      [...begun, 'reset'],
      'could not write snapshot: rpc error: code = Unavailable desc = error reading',
    ],
    [
      'a stop',
      [...begun, goAway(0), 'close'],
      'could not write snapshot: rpc error: code = Unavailable desc = ',
    ],
  ])('%s', async (name, answer, error) => {
    const ended = await expectAlike(name, answer, (who) => [
      'snapshot',
      'save',
      path.join(folder, `${name}-${who}`),
    ]);
    expect(ended).toMatchObject({ code: 5, error: expect.stringContaining(`Error: ${error}`) });
    expect(readdirSync(folder).filter((file) => file.startsWith(`${name}-`))).toEqual([]);
  });
});

describe.runIf(isComparable)('lease keep-alive --once reports', () => {
  it.each<[string, Answer]>([
    ['HTTP 403', [last({ ':status': '403' })]],
    ['a page without a body', [last(HTML)]],
    ['another content type', [last({ ':status': '200', 'content-type': 'text/plain' })]],
    ['a status without a name', [last({ ...GRPC, 'grpc-status': '17', 'grpc-message': 'm' })]],
    ['no status', [last(GRPC)]],
  ])('%s', async (name, answer) => {
    expect(await expectAlike(name, answer, () => ['lease', 'keep-alive', '--once', '5'])).toMatchObject({
      code: 2,
    });
  });

  it('a page without waiting', async () => {
    const server = await AnsweringServer.start([head(HTML), lastData('<p>')]);
    const args = [`--endpoints=${server.endpoint}`, 'lease', 'keep-alive', '--once', '5'];
    const { stderr } = await run(ourEtcdctl(), args).finally(() => server.close());
    expect(stderr.toString()).toContain(
      'received from server: 404 (Not Found); transport: received unexpected',
    );
  });
});
