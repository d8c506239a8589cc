import { CommandError } from '../../../model/errors.js';

const MEBIBYTE = 1024n * 1024n;

/** The resident memory of a member in bytes, from its metrics. */
export function residentMemory(metrics: string): number {
  const [, text] = /^process_resident_memory_bytes[ \t]+(\S+)/m.exec(metrics) ?? [];
  const bytes = text === undefined ? Number.NaN : Number(text);
  if (Number.isFinite(bytes)) return bytes;
  throw new CommandError('its metrics do not include process_resident_memory_bytes', {
    reasons: ['only members on Linux report their memory usage'],
  });
}

/** Mebibytes with two decimals; of two that are equally near, the even one, as Go's %.2f has it. */
export function mebibytes(bytes: number): string {
  const scaled = BigInt(Math.round(Math.abs(bytes))) * 100n;
  const remainder = scaled % MEBIBYTE;
  const floor = scaled / MEBIBYTE;
  const isUp = remainder * 2n > MEBIBYTE || (remainder * 2n === MEBIBYTE && floor % 2n === 1n);
  const digits = (isUp ? floor + 1n : floor).toString().padStart(3, '0');
  return `${bytes < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
