import { describe, expect, it } from 'vitest';
import type { V2Result } from '../../src/model/v2/results.js';
import { printV2, V2_OUTPUT_FORMATS, type V2OutputFormat } from '../../src/printers/v2.js';
import { fakeNode, fakeResponse } from '../support/fake-v2-context.js';

function printed(format: V2OutputFormat, result: V2Result): string {
  let text = '';
  printV2(result, format, {
    out: (chunk) => {
      text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    },
    err: () => {
      throw new Error('nothing for stderr');
    },
  });
  return text;
}

const tree = fakeNode({
  key: '/d',
  isDirectory: true,
  value: '',
  nodes: [
    fakeNode({ key: '/d/x', value: '<&>' }),
    fakeNode({ key: '/d/e', isDirectory: true, value: '', nodes: [fakeNode({ key: '/d/e/y' })] }),
    fakeNode({ key: '/d/none', isDirectory: true, value: '', nodes: [] }),
  ],
});

describe('the printers of version 2', () => {
  it('print a key', () => {
    const result = { kind: 'key', response: fakeResponse() } as const;
    expect(printed('simple', result)).toBe('one\n');
    expect(printed('extended', result)).toBe(
      'Key: /a\nCreated-Index: 4\nModified-Index: 5\nTTL: 0\nIndex: 9\n\none\n',
    );
    expect(printed('json', result)).toBe(
      '{"action":"get","node":{"key":"/a","value":"one","nodes":null,"createdIndex":4,"modifiedIndex":5},"prevNode":null}\n',
    );
  });

  it('print what was deleted', () => {
    const response = fakeResponse({
      action: 'delete',
      node: fakeNode({ value: '' }),
      previousNode: fakeNode(),
    });
    expect(printed('simple', { kind: 'key', response })).toBe('PrevNode.Value: one\n');
    expect(printed('extended', { kind: 'key', response })).toMatch(
      /PrevNode.Value: one\nTTL: 0\nIndex: 9\n$/,
    );
  });

  it('print what expires, and indexes beyond doubles', () => {
    const node = fakeNode({
      expiration: '2030-01-02T03:04:05.6Z',
      ttlSeconds: 100n,
      createdIndex: 2n ** 64n - 1n,
    });
    expect(printed('json', { kind: 'key', response: fakeResponse({ node }) })).toContain(
      '"createdIndex":18446744073709551615,"modifiedIndex":5,"expiration":"2030-01-02T03:04:05.6Z","ttl":100}',
    );
  });

  it('list a directory', () => {
    const listing = (marksDirectories: boolean) =>
      ({ kind: 'listing', response: fakeResponse({ node: tree }), marksDirectories }) as const;
    expect(printed('simple', listing(false))).toBe('/d/x\n/d/e\n/d/e/y\n/d/none\n');
    expect(printed('simple', listing(true))).toBe('/d/x\n/d/e/\n/d/e/y\n/d/none/\n');
    expect(printed('extended', listing(false))).toMatch(/^Key: \/d\n.*\n\n\n$/s);
    const json = printed('json', listing(false));
    expect(json).toContain('"value":"\\u003c\\u0026\\u003e"');
    expect(json).toContain('{"key":"/d/none","dir":true,"value":"","nodes":[],');
  });

  it('list a key that is no directory', () => {
    const result = { kind: 'listing', response: fakeResponse(), marksDirectories: true } as const;
    expect(printed('simple', result)).toBe('/a\n');
  });

  it('are silent about directories in the simple format only', () => {
    const result = { kind: 'directory', response: fakeResponse({ node: tree }) } as const;
    expect(printed('simple', result)).toBe('');
    expect(printed('extended', result)).not.toBe('');
  });

  it.each(V2_OUTPUT_FORMATS)('name the key of a change, in the format %s too', (format) => {
    const response = fakeResponse({ action: 'update' });
    const plain = printed(format, { kind: 'change', response, namesKey: false });
    expect(printed(format, { kind: 'change', response, namesKey: true })).toBe(`[update] /a\n${plain}`);
    expect(printed(format, { kind: 'text', text: 'as it is' })).toBe('as it is');
  });
});
