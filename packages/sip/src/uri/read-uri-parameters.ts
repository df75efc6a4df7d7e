import { Parameters } from './parameters.ts';
import { decodePercent } from './percent.ts';

/** Reads `;name=value;name` of a URI whose characters are checked already; escapes in names are decoded. */
export function readUriParameters(text: string): Parameters {
  const names: string[] = [];
  const values: string[] = [];
  for (const part of text.slice(1).split(';')) {
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    names.push(decodePercent(name).toLowerCase());
    values.push(equals < 0 ? '' : part.slice(equals + 1));
  }
  return Parameters.adopt(names, values);
}
