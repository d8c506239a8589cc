// The minimum that Node.js needs for `get`: sends one gRPC request over node:http2 and writes the bytes of the response to standard
// output. Takes the flags and arguments that the rows give to etcdctl.
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    endpoints: { type: 'string', default: 'http://127.0.0.1:2379' },
    cacert: { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
  },
});
const key = Buffer.from(positionals[1] ?? '');
const read = (/** @type {string | undefined} */ file) =>
  file === undefined ? undefined : readFileSync(file);
const session = connect(values.endpoints, {
  ca: read(values.cacert),
  cert: read(values.cert),
  key: read(values.key),
});
session.on('error', fail);
const call = session.request({
  ':method': 'POST',
  ':path': '/etcdserverpb.KV/Range',
  'content-type': 'application/grpc',
  te: 'trailers',
});
call.on('error', fail);
call.on('data', (chunk) => process.stdout.write(chunk));
call.on('trailers', (trailers) => {
  if (trailers['grpc-status'] !== '0') process.exitCode = 1;
});
call.on('end', () => session.close());
// A gRPC message: the compression flag, the length, then the RangeRequest, whose field 1 is the key.
call.end(Buffer.concat([Buffer.from([0, 0, 0, 0, key.length + 2, 10, key.length]), key]));

/** @param {Error} error */
function fail(error) {
  console.error(error.message);
  process.exitCode = 1;
}
