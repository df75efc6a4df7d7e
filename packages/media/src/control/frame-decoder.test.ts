import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameDecoder } from './frame-decoder.ts';

const messages = [{ id: 1 }, { text: 'ü'.repeat(300) }, { nested: { list: [1, 2] } }];

describe('FrameDecoder', () => {
  it.each([1, 2, 3, 5, 7, 100, 10_000])('reads messages from chunks of %d bytes', (size) => {
    const stream = Buffer.concat(messages.map(encodeFrame));
    const decoder = new FrameDecoder();
    const read: unknown[] = [];
    for (let at = 0; at < stream.length; at += size) {
      const result = decoder.push(stream.subarray(at, at + size));
      if (!result.ok) throw new Error(result.error);
      read.push(...result.value);
    }
    expect(read).toEqual(messages);
  });

  it('refuses a frame beyond the limit before it has come, and what is not JSON', () => {
    expect(new FrameDecoder().push(Buffer.from([0xff, 0xff, 0xff, 0xff])).ok).toBe(false);
    expect(new FrameDecoder().push(Buffer.from('\0\0\0\x02{]', 'latin1')).ok).toBe(false);
  });
});
