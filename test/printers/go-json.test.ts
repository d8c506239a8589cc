import { describe, expect, test } from 'vitest';
import { textFromBytes } from '../../src/go/bytes.js';
import { jsonString } from '../../src/printers/go-json.js';
import vectors from '../golden/go-quote-vectors.json' with { type: 'json' };

describe('jsonString', () => {
  test(`equals Go's encoding/json on ${vectors.length} vectors`, () => {
    for (const { hex, json } of vectors) {
      expect(jsonString(textFromBytes(Buffer.from(hex, 'hex'))), hex).toBe(json);
    }
  });
});
