import { expect, test } from 'vitest';
import {
  baseSources,
  parseDeb822,
  parseOneLine,
  writeForSuite,
} from '../../scripts/lib/reference/apt-sources.mjs';

const deb822 = `Types: deb deb-src
# a comment
URIs: http://archive.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://archive.example/security
Suites: bookworm-security
Components: main

Types: deb
Enabled: no
URIs: http://off.example
Suites: bookworm
Components: main
`;

test('an archive in deb822 format is written for another suite, with its keys', () => {
  const sources = baseSources(parseDeb822(deb822), 'bookworm');
  expect(writeForSuite(sources, 'trixie')).toBe(`Types: deb
Suites: trixie
Targets: Packages
URIs: http://archive.example/debian
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----
`);
});

test('an archive in one-line format is written for another suite, with its options', () => {
  const text = `# deb http://off.example bookworm main
deb-src http://archive.example/debian bookworm main
deb [arch=amd64,arm64 signed-by=/keys/a.gpg] http://archive.example/debian bookworm main contrib # why
deb http://third.example/debian bookworm stable
`;
  expect(writeForSuite(baseSources(parseOneLine(text), 'bookworm'), 'sid')).toBe(`Types: deb
Suites: sid
Targets: Packages
URIs: http://archive.example/debian
Components: main contrib
Architectures: amd64 arm64
Signed-By: /keys/a.gpg
`);
});
