import { describe, expect, it } from 'vitest';
import { GoParseError } from '../../src/go/parse-error.js';
import { parseGoUrl } from '../../src/go/url.js';

describe('parseGoUrl', () => {
  it.each([
    ['HTTP://a:1?x#f', 'http', 'a:1', ''],
    ['http://u:p@a:1/p/q?r', 'http', 'a:1', '/p/q'],
    ['http:a:1', 'http', '', ''],
    ['unix:x:1', 'unix', '', ''],
    ['unix:///run/x', 'unix', '', '/run/x'],
    ['http://[::1]:2380', 'http', '[::1]:2380', ''],
    ['http://[fe80::1%25en0]:80', 'http', '[fe80::1%en0]:80', ''],
    ['http://ä:1', 'http', 'ä:1', ''],
    ['http://%C3%A4:1', 'http', 'ä:1', ''],
    ['x://a:1:2', 'x', 'a:1:2', ''],
    ['//a:1', '', 'a:1', ''],
    ['http//x', '', '', 'http//x'],
    ['', '', '', ''],
  ])('parses %s', (text, scheme, host, path) => {
    expect(parseGoUrl(text)).toEqual({ scheme, host, path });
  });

  // The expected messages are those of Go 1.26.
  it.each([
    [':x', 'parse ":x": missing protocol scheme'],
    ['127.0.0.1:1', 'parse "127.0.0.1:1": first path segment in URL cannot contain colon'],
    ['http://a:b', 'parse "http://a:b": invalid port ":b" after host'],
    ['http://a:1:2#f', 'parse "http://a:1:2": invalid port ":1:2" after host'],
    ['http://[::1]x:2', 'parse "http://[::1]x:2": invalid port "x:2" after host'],
    ['http://[::1:2', `parse "http://[::1:2": missing ']' in host`],
    ['http://a[::1]:2', 'parse "http://a[::1]:2": invalid IP-literal'],
    ['http://[127.0.0.1]:2', 'parse "http://[127.0.0.1]:2": invalid IP-literal'],
    ['http://[a]:2', 'parse "http://[a]:2": invalid host: ParseAddr("a"): unable to parse IP'],
    ['http://a b:1', 'parse "http://a b:1": invalid character " " in host name'],
    ['http://a%41:1', 'parse "http://a%41:1": invalid URL escape "%41"'],
    ['http://a:1/%é', 'parse "http://a:1/%é": invalid URL escape "%é"'],
    ['http://a:1#%zz', 'parse "http://a:1#%zz": invalid URL escape "%zz"'],
    ['http://ü@a:1', 'parse "http://ü@a:1": net/url: invalid userinfo'],
    ['http://a:1\n', 'parse "http://a:1\\n": net/url: invalid control character in URL'],
  ])('rejects %j', (text, message) => {
    expect(() => parseGoUrl(text)).toThrow(new GoParseError(message));
  });
});
