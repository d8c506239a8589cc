import { askingNoServer, type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

const refusals: readonly SideBySideCase[] = ['perf', 'datascale'].flatMap((check) => [
  ...askingNoServer([
    ...['tiny', 'XL', 'Small', '-1'].map((load) => ({ run: `check ${check} --load=${load}` })),
    { run: `check ${check} --load` },
    { run: ['check', check, '--load', ''] },
    { run: `check ${check} --auto-compact=perhaps` },
    { run: `check ${check} --unknown` },
    { run: `check ${check} -w xml` },
  ]),
  { run: `check ${check}`, given: [`put /etcdctl-check-${check}/left behind`] },
  { run: `check ${check} --load medium -w json surplus`, given: [`put /etcdctl-check-${check}/left behind`] },
  { run: `check ${check} --prefix=mine`, given: ['put mine too'] },
  { run: ['check', check, '--prefix', 'quo"te '], given: [['put', 'quo"te ', 'v']] },
  { run: ['check', check, '--prefix='], given: ['put any key'] },
]);

sideBySide('check', refusals);
sideBySide(
  'check with users',
  ['perf', 'datascale'].map((check) => ({
    run: `check ${check}`,
    given: [`put /etcdctl-check-${check}/x y`],
  })),
  { profile: 'auth' },
);
