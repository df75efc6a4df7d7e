import { describe, expect, it } from 'vitest';
import { RtcpSource } from './rtcp-source.ts';
import { SourceLearning } from './source-learning.ts';

const sdp = { address: '192.0.2.5', rtpPort: 4000, signallingAddress: '198.51.100.9' };
const exactRtcp = { address: '192.0.2.5', port: 4001 };

function legWithPeer(): { rtp: SourceLearning; rtcp: RtcpSource } {
  const rtp = new SourceLearning(false);
  const rtcp = new RtcpSource(rtp);
  rtp.update(sdp, 0);
  rtcp.update(4001);
  return { rtp, rtcp };
}

describe('RtcpSource', () => {
  it("sends to and hears the SDP's RTCP port", () => {
    const { rtcp } = legWithPeer();

    expect(rtcp.target).toEqual(exactRtcp);
    expect(rtcp.accepts(exactRtcp, 0)).toBe(true);
  });

  it('hears nobody before the leg knows its peer', () => {
    const rtcp = new RtcpSource(new SourceLearning(false));

    expect(rtcp.accepts(exactRtcp, 0)).toBe(false);
    expect(rtcp.target).toBeUndefined();
  });

  it('follows RTP to the address that it learned, and sends there once it was heard', () => {
    const { rtp, rtcp } = legWithPeer();
    const from = { address: '198.51.100.9', port: 61_001 };
    expect(rtcp.accepts(from, 0)).toBe(false);

    for (let sequence = 0; sequence < 4; sequence++) rtp.judge({ ...from, port: 61_000 }, 1, sequence, 0, 0);

    expect(rtcp.target).toBeUndefined();
    expect(rtcp.accepts(from, 0)).toBe(true);
    expect(rtcp.target).toEqual(from);
  });

  it('never teaches RTP', () => {
    const { rtp, rtcp } = legWithPeer();
    rtcp.accepts({ ...exactRtcp, port: 9_999 }, 0);
    rtcp.accepts(exactRtcp, 0);

    expect(rtp.source).toBeUndefined();
    expect(rtp.target).toEqual({ address: '192.0.2.5', port: 4000 });
  });

  it('is strict while its source speaks', () => {
    const { rtp, rtcp } = legWithPeer();
    rtp.judge({ address: '192.0.2.5', port: 4000 }, 1, 1, 0, 0);
    rtcp.accepts(exactRtcp, 0);

    expect(rtcp.accepts({ ...exactRtcp, port: 5_001 }, 5_000)).toBe(false);
    expect(rtcp.accepts({ ...exactRtcp, port: 5_001 }, 15_000)).toBe(true);
  });

  it('refuses a stranger', () => {
    const { rtcp } = legWithPeer();

    expect(rtcp.accepts({ address: '203.0.113.66', port: 4001 }, 0)).toBe(false);
  });
});
