import { err, ok, type Result } from '@manyline/kernel';
import { skip, skipBlanks, TOKEN } from '../uri/characters.ts';
import { Parameters } from '../uri/parameters.ts';
import { quotedStringEnd } from '../uri/quoted-string.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const SPACE = 0x20;

/** Reads `Digest name=value, name="value"` (RFC 7616 §3.3, §3.4). A name that comes twice is refused. */
export function readAuthParameters(text: string): Result<Parameters, 'scheme' | 'syntax'> {
  if (text.charCodeAt(6) !== SPACE || text.slice(0, 6).toLowerCase() !== 'digest') return err('scheme');
  const names: string[] = [];
  const values: string[] = [];
  const end = text.length;
  let at = 7;
  for (;;) {
    const nameStart = skipBlanks(text, at, end);
    const nameEnd = skip(TOKEN, text, nameStart, end);
    at = skipBlanks(text, nameEnd, end);
    if (nameEnd === nameStart || text.charCodeAt(at) !== EQUALS) return err('syntax');
    const valueStart = skipBlanks(text, at + 1, end);
    const valueEnd =
      text.charCodeAt(valueStart) === QUOTE
        ? quotedStringEnd(text, valueStart, end)
        : endOfPlain(text, valueStart, end);
    if (valueEnd <= valueStart) return err('syntax');
    const name = text.slice(nameStart, nameEnd).toLowerCase();
    if (names.includes(name) || names.length === 32) return err('syntax');
    names.push(name);
    values.push(text.slice(valueStart, valueEnd));
    at = skipBlanks(text, valueEnd, end);
    if (at === end) return ok(Parameters.adopt(names, values));
    if (text.charCodeAt(at) !== COMMA) return err('syntax');
    at++;
  }
}

/** An unquoted value: up to a comma or white space. */
function endOfPlain(text: string, start: number, end: number): number {
  let at = start;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === QUOTE || code <= SPACE) break;
  }
  return at;
}
