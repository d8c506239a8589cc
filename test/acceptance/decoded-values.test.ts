import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { storedObjects, storedValue } from '../support/kubernetes-values.js';
import { type Lab, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, run, start } from '../support/lab/program.js';

/** What a cluster has most of. */
const KINDS = [
  'v1 Pod',
  'v1 Service',
  'v1 Endpoints',
  'v1 ConfigMap',
  'v1 Secret',
  'v1 Namespace',
  'v1 Node',
  'v1 ServiceAccount',
  'v1 Event',
  'v1 PersistentVolume',
  'v1 PersistentVolumeClaim',
  'apps/v1 Deployment',
  'apps/v1 ReplicaSet',
  'apps/v1 StatefulSet',
  'apps/v1 DaemonSet',
  'batch/v1 Job',
  'batch/v1 CronJob',
  'rbac.authorization.k8s.io/v1 ClusterRole',
  'coordination.k8s.io/v1 Lease',
  'discovery.k8s.io/v1 EndpointSlice',
];

const keyOf = (kind: string) => `/registry/${kind.replace(' ', '/')}`;

describe('values of a Kubernetes API server', () => {
  const objects = storedObjects('filled').filter(({ kind }) => KINDS.includes(kind));
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    const values: [string, Buffer][] = objects.map(({ kind, value }) => [keyOf(kind), value]);
    values.push(['/registry/secrets/aes', storedValue('secret-aescbc')]);
    values.push(['/registry/example.com/backups/nightly', storedValue('custom-resource')]);
    values.push(['/damaged', objects[0]?.value.subarray(0, 300) ?? Buffer.of()]);
    for (const [key, value] of values) await lab.real(['put', key], { stdin: value });
  });
  afterAll(() => lab?.stop());

  const get = (...args: string[]) => run(ourEtcdctl(), [...lab.flags(), 'get', ...args]);

  it('have the JSON of Kubernetes, one line a key', async () => {
    const { stdout, code, stderr } = await get('/registry/', '--prefix', '--decode', '-w', 'json');
    expect([code, stderr.toString()]).toEqual([0, '']);
    const lines = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const found = new Map(lines.map(({ key, value }) => [key, value]));
    expect(objects).toHaveLength(KINDS.length);
    for (const { kind, json } of objects) expect(found.get(keyOf(kind)), kind).toEqual(json);
    expect(lines.find(({ key }) => key === '/registry/secrets/aes')).toMatchObject({
      encoding: 'encrypted',
      encryption: { provider: 'aescbc', keyName: 'key1' },
    });
    expect(found.get('/registry/example.com/backups/nightly')).toMatchObject({ kind: 'Backup' });
  });

  it('have the same data as YAML, one document a key', async () => {
    const { stdout, code } = await get(
      '/registry/v1/',
      '--prefix',
      '--decode',
      '-w=yaml',
      '--print-value-only',
    );
    expect(code).toBe(0);
    const documents = parseAllDocuments(stdout.toString());
    const values = (documents as { toJS(): { kind: string } }[]).map((each) => each.toJS());
    const expected = objects.filter(({ kind }) => kind.startsWith('v1 ')).map(({ json }) => json);
    expect(values).toHaveLength(expected.length);
    for (const json of expected) expect(values.find(({ kind }) => kind === json.kind)).toEqual(json);
  });

  it('are their exact bytes with --raw', async () => {
    for (const { kind, value } of objects.slice(0, 3)) {
      expect((await get(keyOf(kind), '--raw')).stdout).toEqual(value);
    }
    expect(await get('/nothing', '--raw')).toMatchObject({ code: 1, stdout: Buffer.of() });
    expect(await get('/registry/', '--prefix', '--raw')).toMatchObject({ code: 128, stdout: Buffer.of() });
  });

  it('are shown as far as they are not damaged, with status 1', async () => {
    const { stdout, stderr, code } = await get('/damaged', '--decode', '--print-value-only');
    expect(code).toBe(1);
    expect(JSON.parse(stdout.toString())).toMatchObject({ metadata: { name: 'nameValue' } });
    expect(stderr.toString()).toMatch(
      /^"\/damaged": at byte \d+ of the value: .*\nError: 1 of 1 value could not be decoded completely\n$/,
    );
  });

  it('are shown by watch as they come', async () => {
    const args = ['watch', 'w', '--decode', '--prev-kv', '--rev=1', '-w', 'json'];
    const watching = start(ourEtcdctl(), [...lab.flags(), ...args], { timeoutMs: 60_000 });
    await lab.real(['put', 'w'], { stdin: storedValue('custom-resource') });
    await lab.real(['put', 'w', 'text']);
    await lab.real(['del', 'w']);
    await watching.waitFor('DELETE');
    watching.kill('SIGINT');
    const lines = (await watching.result).stdout.toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { type: 'PUT', key: 'w', encoding: 'json', value: { kind: 'Backup' } },
      { type: 'PUT', encoding: 'text', value: 'text', previous: { value: { kind: 'Backup' } } },
      { type: 'DELETE', key: 'w', previous: { value: 'text' } },
    ]);
  });

  it.each([
    [['get', 'k', '-w', 'yaml']],
    [['watch', 'k', '-w', 'yaml']],
    [['put', 'k', 'v', '-w', 'yaml']],
    [['endpoint', 'status', '-w=yaml']],
    [['member', 'list', '-w=yaml']],
  ])('alone have the format yaml: %j is refused', async (args) => {
    expect(await run(ourEtcdctl(), [...lab.flags(), ...args])).toMatchObject({
      code: 4,
      stdout: Buffer.of(),
      stderr: Buffer.from(
        '--write-out must be one of fields, json, protobuf, simple, table\nError: unsupported output format\n',
      ),
    });
  });

  it.each(['fields', 'table', 'protobuf'])('are refused in the format %s', async (format) => {
    expect(await get('k', '--decode', `-w=${format}`)).toMatchObject({
      code: 4,
      stderr: Buffer.from(`Error: ${format} not supported as output format\n`),
    });
  });
});
