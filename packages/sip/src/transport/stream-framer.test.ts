import { describe, expect, it } from 'vitest';
import { sampleText } from '../testing/sample-messages.ts';
import { StreamFramer } from './stream-framer.ts';

class Frames {
  readonly heard: string[] = [];
  readonly heads: (string | undefined)[] = [];
  goOn = true;
  readonly framer = new StreamFramer(this, 2000, 5000);

  onFrame(message: Buffer): boolean {
    this.heard.push(message.toString('latin1'));
    return this.goOn;
  }

  onPing(): void {
    this.heard.push('ping');
  }

  onFramingError(error: { reason: string; head?: Buffer }): void {
    this.heard.push(error.reason);
    this.heads.push(error.head?.toString('latin1'));
  }

  push(...chunks: string[]): string[] {
    for (const chunk of chunks) this.framer.push(Buffer.from(chunk, 'latin1'));
    return this.heard;
  }
}

const invite = sampleText({ body: 'v=0\r\n\r\nOPTIONS sip:smuggled SIP/2.0\r\n\r\n', protocol: 'TCP' });
const options = sampleText({ method: 'OPTIONS', protocol: 'TCP' });

describe('StreamFramer', () => {
  it('finds two messages, whatever the two pieces that they come in', () => {
    const stream = `\r\n${invite}\r\n\r\n${options}`;
    for (let split = 0; split <= stream.length; split += 1) {
      const heard = new Frames().push(stream.slice(0, split), stream.slice(split));
      expect(heard, `split at ${split}`).toEqual([invite, 'ping', options]);
    }
  });

  it('finds them octet by octet, and in pieces of every size', () => {
    const stream = invite + options + invite;
    for (let size = 1; size < 300; size += 1) {
      const frames = new Frames();
      for (let start = 0; start < stream.length; start += size) frames.push(stream.slice(start, start + size));
      expect(frames.heard, `pieces of ${size}`).toEqual([invite, options, invite]);
      expect(frames.framer.position).toBe('between');
    }
  });

  it('hands out messages that later octets do not overwrite', () => {
    const kept: Buffer[] = [];
    const sink = { onFrame: (bytes: Buffer) => kept.push(bytes) > 0, onPing() {}, onFramingError() {} };
    const framer = new StreamFramer(sink, 2000, 5000);
    const stream = Buffer.from(invite + options + invite + options);
    for (let start = 0; start < stream.length; start += 100) framer.push(stream.subarray(start, start + 100));
    expect(kept.map((bytes) => bytes.toString())).toEqual([invite, options, invite, options]);
  });

  it('answers a double CRLF between messages only, and ignores single ones', () => {
    expect(new Frames().push('\r\n')).toEqual([]);
    expect(new Frames().push('\r\n\r\n')).toEqual(['ping']);
    expect(new Frames().push('\r', '\n', '\r', '\n')).toEqual(['ping']);
    expect(new Frames().push('\r\n\r\n\r\n\r\n\r\n')).toEqual(['ping', 'ping']);
    expect(new Frames().push('\r\n', options, '\r\n', options)).toEqual([options, options]);
  });

  it('tells where it stands', () => {
    const frames = new Frames();
    expect(frames.framer.position).toBe('between');
    frames.push(invite.slice(0, 20));
    expect(frames.framer.position).toBe('header');
    frames.push(invite.slice(20, -5));
    expect(frames.framer.position).toBe('body');
    frames.push(invite.slice(-5));
    expect(frames.framer.position).toBe('between');
  });

  it.each([
    ['content-length-missing', options.replace(/Content-Length.*\r\n/, '')],
    ['content-length-invalid', options.replace('Content-Length: 0', 'Content-Length: -1')],
    ['content-length-conflict', options.replace('Content-Length: 0', 'Content-Length: 0\r\nl: 7')],
    ['content-length-too-large', options.replace('Content-Length: 0', 'Content-Length: 5001')],
    ['content-length-too-large', options.replace('Content-Length: 0', 'Content-Length: 4294967328')],
  ])('stops with %s, hands out the header block and reads nothing that follows', (reason, message) => {
    const frames = new Frames();
    frames.push(options, message + options, options);
    expect(frames.heard).toEqual([options, reason]);
    expect(frames.heads).toEqual([message]);
    expect(frames.framer.position).toBe('stopped');
  });

  it.each([
    ['a TLS hello', '\x16\x03\x01\x02\x00'],
    ['NUL', '\0'],
    ['a space', ' OPTIONS sip:a SIP/2.0\r\n'],
    ['a CR without LF', '\r\rOPTIONS'],
    ['a bare LF', '\nOPTIONS'],
  ])('stops at once at %s where a message should begin', (_what, bytes) => {
    expect(new Frames().push(bytes, options)).toEqual(['not-sip']);
  });

  it('accepts a method that begins with any token character', () => {
    const odd = options.replaceAll('OPTIONS', "!interesting-Method0123456789_*+`.%indeed'~");
    expect(new Frames().push(odd)).toEqual([odd]);
  });

  it('stops at a header block over the limit, complete or not', () => {
    expect(new Frames().push(`OPTIONS ${'x'.repeat(2000)}`)).toEqual(['header-block-too-large']);
    const long = options.replace('Max-Forwards', `Subject: ${'x'.repeat(2000)}\r\nMax-Forwards`);
    expect(new Frames().push(long)).toEqual(['header-block-too-large']);
    const frames = new Frames();
    for (let count = 0; count < 3000; count += 1) frames.push('a');
    expect(frames.heard).toEqual(['header-block-too-large']);
  });

  it('stops when the receiver of a message says so', () => {
    const frames = new Frames();
    frames.goOn = false;
    expect(frames.push(options + options)).toEqual([options]);
    expect(frames.framer.position).toBe('stopped');
  });
});
