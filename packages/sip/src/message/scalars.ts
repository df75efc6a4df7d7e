import { err, ok, type Result } from '@manyline/kernel';
import { skip, skipBlanks, TOKEN } from '../uri/characters.ts';
import type { FieldFault } from './field-fault.ts';

export interface CSeq {
  /** 0 … 2^31-1 (RFC 3261 §8.1.1.5). */
  readonly sequence: number;
  readonly method: string;
}

const LARGEST_CSEQ = 2 ** 31 - 1;
const LARGEST_DECIMAL = 2 ** 32 - 1;

/** Digits only, no sign; larger numbers read as 2^32-1 (RFC 3261 §20.19). Undefined for anything else. */
export function parseDecimal(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  let number = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    number = Math.min(number * 10 + digit, LARGEST_DECIMAL);
  }
  return number;
}

/** Reads `number method` between two offsets of a text (RFC 3261 §20.16). */
export function parseCSeq(text: string, start = 0, end = text.length): Result<CSeq, FieldFault> {
  let sequence = 0;
  let at = start;
  for (; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) break;
    sequence = sequence * 10 + digit;
    if (sequence > LARGEST_CSEQ) return err({ rule: 'cseq-number-range', offset: start });
  }
  if (at === start) return err({ rule: 'cseq-number', offset: start });
  const method = skipBlanks(text, at, end);
  if (method === at || method === end || skip(TOKEN, text, method, end) !== end) {
    return err({ rule: 'cseq-method', offset: method });
  }
  return ok({ sequence, method: text.slice(method, end) });
}
