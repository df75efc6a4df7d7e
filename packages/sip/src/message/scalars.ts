import { err, ok, type Result } from '@manyline/kernel';
import { isIn, skip, TOKEN } from '../uri/characters.ts';
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

/** Reads `number method` (RFC 3261 §20.16). */
export function parseCSeq(text: string): Result<CSeq, FieldFault> {
  let sequence = 0;
  let at = 0;
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) break;
    sequence = sequence * 10 + digit;
    if (sequence > LARGEST_CSEQ) return err({ rule: 'cseq-number-range', offset: 0 });
  }
  if (at === 0) return err({ rule: 'cseq-number', offset: 0 });
  const blank = at;
  while (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x09) at++;
  if (at === blank || !isIn(TOKEN, text.charCodeAt(at)) || skip(TOKEN, text, at, text.length) !== text.length) {
    return err({ rule: 'cseq-method', offset: at });
  }
  return ok({ sequence, method: text.slice(at) });
}
