import { expect, it } from 'vitest';
import { exitCodeOf } from '../../../src/main.js';
import { V2AttemptError, V2ClusterError, V2Failure } from '../../../src/model/v2/errors.js';

it('gives each ending of a version 2 command its label and status', () => {
  const ends = (['arguments', 'connection', 'server', 'plain', 'help-topic'] as const).map((ending) => {
    const failure = new V2Failure('x', ending);
    return [ending, failure.isLabelled, exitCodeOf(failure)];
  });
  expect(ends).toEqual([
    ['arguments', true, 128],
    ['connection', true, 2],
    ['server', true, 4],
    ['plain', false, 1],
    ['help-topic', false, 3],
  ]);
});

it('prints the attempts again after a labelled message, as etcdctl does', () => {
  const cause = new V2ClusterError([new V2AttemptError('a', true), new V2AttemptError('b', false)]);
  const message = 'client: etcd cluster is unavailable or misconfigured; error #0: a\n; error #1: b\n';
  expect(cause.message).toBe(message);
  expect(new V2Failure(cause.message, 'server', { cause }).finalText).toBe(
    `${message}\nerror #0: a\nerror #1: b\n\n`,
  );
  expect(new V2Failure(cause.message, 'plain', { cause }).finalText).toBe(`${message}\n`);
});
