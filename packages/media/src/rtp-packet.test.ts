import { describe, expect, it } from 'vitest';
import { isRtcp, isRtp, payloadTypeOf, sequenceOf, ssrcOf, timestampOf } from './rtp-packet.ts';

const packet = Uint8Array.from([0x80, 0x88, 0xff, 0xfe, 0xff, 0, 0, 1, 0xfe, 0xdc, 0xba, 0x98]);

describe('RTP packets', () => {
  it('reads the fields of the header', () => {
    expect(payloadTypeOf(packet)).toBe(8);
    expect(sequenceOf(packet)).toBe(0xfffe);
    expect(timestampOf(packet)).toBe(0xff000001);
    expect(ssrcOf(packet)).toBe(0xfedcba98);
  });

  it.each([
    ['RTP', 0x80, 0x88, 12, true],
    ['too short', 0x80, 0x88, 11, false],
    ['too long', 0x80, 0x88, 1501, false],
    ['version 1', 0x40, 0x88, 12, false],
    ['STUN', 0x00, 0x01, 20, false],
    ['DTLS', 0x16, 0xfe, 20, false],
    ['RTCP on the RTP port', 0x80, 200, 12, false],
  ])('judges %s', (_name, first, second, length, verdict) => {
    expect(isRtp(Uint8Array.from([first, second]), length)).toBe(verdict);
  });

  it.each([
    ['a sender report', 0x80, 200, 28, true],
    ['too short', 0x80, 200, 7, false],
    ['RTP on the RTCP port', 0x80, 0, 28, false],
    ['not version 2', 0xc0, 200, 28, false],
  ])('judges %s as RTCP', (_name, first, second, length, verdict) => {
    expect(isRtcp(Uint8Array.from([first, second]), length)).toBe(verdict);
  });
});
