/** A SIP message as a test sees it: independent of the parser under test, and strict about nothing. */
export class ProbeMessage {
  readonly startLine: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    const end = text.indexOf('\r\n\r\n');
    const lines = (end < 0 ? text : text.slice(0, end)).split('\r\n');
    this.startLine = lines[0] ?? '';
    this.body = end < 0 ? '' : text.slice(end + 4);
    this.headers = lines.slice(1).map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const;
    });
  }

  /** 0 for a request. */
  get status(): number {
    return Number(/^SIP\/2\.0 (\d{3})/.exec(this.startLine)?.[1] ?? 0);
  }

  /** '' for a response. */
  get method(): string {
    return this.status === 0 ? (this.startLine.split(' ')[0] ?? '') : '';
  }

  get requestUri(): string {
    return this.startLine.split(' ')[1] ?? '';
  }

  header(name: string): string | undefined {
    return this.headersOf(name)[0];
  }

  headersOf(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.headers.filter(([header]) => header.toLowerCase() === wanted).map(([, value]) => value);
  }

  get callId(): string {
    return this.header('Call-ID') ?? '';
  }

  get cseqMethod(): string {
    return (this.header('CSeq') ?? '').split(/\s+/)[1] ?? '';
  }

  /** The URI of the first Contact, without brackets. */
  get contactUri(): string {
    const contact = this.header('Contact') ?? '';
    return /<([^>]*)>/.exec(contact)?.[1] ?? contact.split(';')[0]!.trim();
  }

  tagOf(header: 'From' | 'To'): string {
    return /;\s*tag=([^;>\s]+)\s*(?:;|$)/.exec(this.header(header) ?? '')?.[1] ?? '';
  }
}

export interface MessageParts {
  readonly startLine: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** Writes a message with its Content-Length. */
export function writeMessage({ startLine, headers, body = '' }: MessageParts): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return [startLine, ...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}
