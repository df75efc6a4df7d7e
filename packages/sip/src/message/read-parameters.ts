import { err, ok, type Result } from '@manyline/kernel';
import { lowerSlice, PARAMETER_VALUE, skip, skipBlanks, TOKEN } from '../uri/characters.ts';
import { Parameters } from '../uri/parameters.ts';
import { quotedStringEnd } from '../uri/quoted-string.ts';
import type { FieldFault } from './field-fault.ts';

const QUOTE = 0x22;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

const noParameters = ok(Parameters.empty);

/** Reads `;name=value` pairs of a header field up to `end` (RFC 3261 §25.1 `generic-param`). */
export function readParameters(text: string, start: number, end: number): Result<Parameters, FieldFault> {
  let at = skipBlanks(text, start, end);
  if (at >= end) return noParameters;
  const names: string[] = [];
  const values: string[] = [];
  while (at < end) {
    if (text.charCodeAt(at) !== SEMICOLON) return fault(at);
    const nameStart = skipBlanks(text, at + 1, end);
    const nameEnd = skip(TOKEN, text, nameStart, end);
    if (nameEnd === nameStart) return fault(nameStart);
    names.push(lowerSlice(text, nameStart, nameEnd));
    at = skipBlanks(text, nameEnd, end);
    if (at >= end || text.charCodeAt(at) !== EQUALS) {
      values.push('');
      continue;
    }
    const valueStart = skipBlanks(text, at + 1, end);
    const isQuoted = valueStart < end && text.charCodeAt(valueStart) === QUOTE;
    const valueEnd = isQuoted ? quotedStringEnd(text, valueStart, end) : skip(PARAMETER_VALUE, text, valueStart, end);
    if (valueEnd <= valueStart) return fault(valueStart);
    values.push(text.slice(valueStart, valueEnd));
    at = skipBlanks(text, valueEnd, end);
  }
  return ok(Parameters.adopt(names, values));
}

function fault(offset: number): Result<Parameters, FieldFault> {
  return err({ rule: 'parameter-syntax', offset });
}
