import { isIn, TOKEN } from '../uri/characters.ts';

/** A start line (RFC 3261 §7.1, §7.2), as far as it is readable. */
export type StartLine =
  | { kind: 'request'; method: string; uri: string; fault?: StartLineFault }
  | { kind: 'response'; statusCode: number; reasonPhrase: string; fault?: StartLineFault }
  | { kind: 'not-sip' };

export interface StartLineFault {
  statusCode: 400 | 505;
  rule: string;
}

/** Reads a start line. Anything that names no SIP version at the right end is not SIP. */
export function readStartLine(line: string): StartLine {
  if (line.endsWith(' SIP/2.0')) {
    const space = line.indexOf(' ');
    const uri = line.slice(space + 1, -8);
    if (space < line.length - 8 && isMethod(line, space) && !uri.includes(' ')) {
      return { kind: 'request', method: line.slice(0, space), uri };
    }
  }
  return /^SIP\//i.test(line) ? readStatusLine(line) : readBrokenRequestLine(line);
}

function readStatusLine(line: string): StartLine {
  const match = /^SIP\/(\d{1,3}\.\d{1,3}) (\d+)(?: (.*))?$/i.exec(line);
  if (match === null) return { kind: 'not-sip' };
  const [, version, code = '', reasonPhrase = ''] = match;
  const statusCode = code.length === 3 ? Number(code) : 0;
  const response: StartLine = { kind: 'response', statusCode, reasonPhrase };
  if (version !== '2.0') response.fault = { statusCode: 505, rule: 'sip-version' };
  else if (statusCode < 100 || statusCode > 699) response.fault = { statusCode: 400, rule: 'status-code' };
  return response;
}

/** Takes apart what is nearly a Request-Line: another version, or white space where none belongs. */
function readBrokenRequestLine(line: string): StartLine {
  const trimmed = line.trimEnd();
  const space = trimmed.indexOf(' ');
  const lastSpace = trimmed.lastIndexOf(' ');
  const version = /^SIP\/(\d{1,3}\.\d{1,3})$/i.exec(trimmed.slice(lastSpace + 1));
  if (version === null || !isMethod(trimmed, space)) return { kind: 'not-sip' };
  const request: StartLine = {
    kind: 'request',
    method: trimmed.slice(0, space),
    uri: trimmed.slice(space + 1, lastSpace).trim(),
  };
  if (version[1] !== '2.0') request.fault = { statusCode: 505, rule: 'sip-version' };
  else if (trimmed.length !== line.length || lastSpace <= space || /\s/.test(line.slice(space + 1, lastSpace))) {
    request.fault = { statusCode: 400, rule: 'request-line-space' };
  }
  return request;
}

function isMethod(line: string, end: number): boolean {
  if (end <= 0) return false;
  for (let i = 0; i < end; i++) if (!isIn(TOKEN, line.charCodeAt(i))) return false;
  return true;
}
