import { bytesFromText } from '../../../go/bytes.js';
import { parseInt64 } from '../../../go/number.js';
import { GoParseError } from '../../../go/parse-error.js';
import { quoteGo } from '../../../go/quote.js';
import { TextScanner } from '../../../go/text-scanner.js';
import { UsageError } from '../../../model/errors.js';
import {
  type Compare,
  type CompareOperand,
  CompareResult,
  CompareTarget,
} from '../../../model/messages/kv.js';

const OPERATORS: ReadonlyMap<string, CompareResult> = new Map([
  ['=', CompareResult.equal],
  ['!=', CompareResult.notEqual],
  ['>', CompareResult.greater],
  ['<', CompareResult.less],
]);

interface Target {
  readonly number: CompareTarget;
  /** Throws a `GoParseError`. */
  readonly operand: (text: string) => CompareOperand;
}

const version: Target = {
  number: CompareTarget.version,
  operand: (text) => ({ $case: 'version', value: parseInt64(text, 10) }),
};
const create: Target = {
  number: CompareTarget.create,
  operand: (text) => ({ $case: 'createRevision', value: parseInt64(text, 10) }),
};
const mod: Target = {
  number: CompareTarget.mod,
  operand: (text) => ({ $case: 'modRevision', value: parseInt64(text, 10) }),
};
const value: Target = {
  number: CompareTarget.value,
  operand: (text) => ({ $case: 'value', value: bytesFromText(text) }),
};
/** Hexadecimal, like all lease ids. etcdctl 3.7.1 panics here; the main branch of etcd parses hexadecimal. */
const lease: Target = {
  number: CompareTarget.lease,
  operand: (text) => ({ $case: 'lease', value: parseInt64(text, 16) }),
};

const TARGETS: ReadonlyMap<string, Target> = new Map([
  ['ver', version],
  ['version', version],
  ['c', create],
  ['create', create],
  ['m', mod],
  ['mod', mod],
  ['val', value],
  ['value', value],
  ['lease', lease],
]);

/** Parses one comparison of a transaction: `mod("key") > "0"`. Throws a `UsageError` with etcdctl's messages. */
export function parseComparison(line: string): Compare {
  const [, name, rest] = /^([^(]*)\((.*)$/s.exec(line) ?? [];
  if (name === undefined || rest === undefined) throw malformedComparison(`malformed comparison: ${line}`);
  const { key, operator, operand } = scanComparison(rest);
  if (operand === undefined) {
    throw malformedComparison(
      `malformed comparison: ${line}; got ${name}(${quoteGo(bytesFromText(key))}) ${operator} ""`,
    );
  }
  const target = TARGETS.get(name);
  if (target === undefined)
    throw malformedComparison(`malformed comparison: ${line} (unknown target ${name})`);
  const targetUnion = parseOperand(target, operand, line);
  const result = OPERATORS.get(operator);
  if (result === undefined) {
    throw new UsageError(`invalid txn compare request: ${line}`, 'input', {
      reasons: [`${operator} is not an operator: the operators are ${[...OPERATORS.keys()].join(' ')}`],
    });
  }
  return { result, target: target.number, key: bytesFromText(key), targetUnion };
}

interface Scanned {
  /** Empty when the scan stopped before it; the operator likewise. */
  readonly key: string;
  readonly operator: string;
  readonly operand: string | undefined;
}

/** fmt.Sscanf with the format `%q) %s %q`: it stops at the first mismatch, and ignores text after the last literal. */
function scanComparison(text: string): Scanned {
  const scanner = new TextScanner(text);
  const key = scanner.literal();
  const isClosed = key !== undefined && scanner.character(')') && scanner.space();
  const operator = isClosed ? scanner.word() : undefined;
  const operand = operator !== undefined && scanner.space() ? scanner.literal() : undefined;
  return { key: key ?? '', operator: operator ?? '', operand };
}

function parseOperand(target: Target, text: string, line: string): CompareOperand {
  try {
    return target.operand(text);
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    throw new UsageError(`invalid txn compare request: ${line}`, 'input', {
      cause,
      reasons: [cause.message],
    });
  }
}

function malformedComparison(message: string): UsageError {
  return new UsageError(message, 'input', {
    reasons: [
      'write a comparison as mod("key") > "0": both sides in double quotes, spaces around the operator',
    ],
  });
}
