import { describe, expect, it } from 'vitest';
import { audioOf, usableAudio } from './audio-media.ts';
import { parseSdp } from './parse-sdp.ts';
import type { SessionDescription } from './session-description.ts';

function peer(...lines: string[]): SessionDescription {
  const result = parseSdp(['v=0', 'o=- 1 1 IN IP4 192.0.2.5', 't=0 0', ...lines].join('\r\n'));
  if (!result.ok) throw new Error(result.error.reason);
  return result.value;
}

const address = 'c=IN IP4 192.0.2.5';

describe('usableAudio', () => {
  it.each(['RTP/AVP', 'RTP/AVPF', 'rtp/avp'])('takes the profile %s', (profile) => {
    expect(usableAudio(peer(address, `m=audio 4000 ${profile} 0`))).toMatchObject({ ok: true, value: { port: 4000 } });
  });

  it.each([
    ['no-audio', ['m=video 4000 RTP/AVP 31']],
    ['no-audio', []],
    ['audio-rejected', ['m=audio 0 RTP/AVP 0']],
    ['profile-not-supported', ['m=audio 4000 RTP/SAVP 0']],
    ['profile-not-supported', ['m=audio 4000 UDP/TLS/RTP/SAVPF 0']],
    ['no-formats', ['m=audio 4000 RTP/AVP 4294967296']],
    ['no-formats', ['m=audio 4000 RTP/AVP']],
  ])('refuses an offer: %s', (code, lines) => {
    expect(usableAudio(peer(address, ...lines))).toMatchObject({ ok: false, error: { code } });
  });

  it('refuses audio without an address', () => {
    expect(usableAudio(peer('m=audio 4000 RTP/AVP 0'))).toMatchObject({ ok: false, error: { code: 'no-address' } });
  });
});

describe('audioOf', () => {
  it("prefers the stream's own address and direction to the session's", () => {
    const sdp = peer(address, 'a=inactive', 'm=audio 4000 RTP/AVP 0', 'c=IN IP6 2001:db8::5', 'a=sendrecv');

    expect(audioOf(sdp)).toMatchObject({ address: '2001:db8::5', direction: 'sendrecv', onHold: false });
  });

  it('reads a=rtcp (RFC 3605), and takes the next port where it is missing or absurd', () => {
    const rtcpPortOf = (...lines: string[]) => audioOf(peer(address, 'm=audio 4000 RTP/AVP 0', ...lines))?.rtcpPort;

    expect(rtcpPortOf()).toBe(4001);
    expect(rtcpPortOf('a=rtcp:4711 IN IP4 192.0.2.5')).toBe(4711);
    expect(rtcpPortOf('a=rtcp:99999')).toBe(4001);
    expect(rtcpPortOf('a=rtcp:x')).toBe(4001);
  });

  it('skips streams that it cannot use, and tells of the first when it can use none', () => {
    expect(audioOf(peer(address, 'm=audio 4000 RTP/SAVP 0', 'm=audio 4002 RTP/AVP 0'))?.index).toBe(1);
    expect(audioOf(peer(address, 'm=video 1 RTP/AVP 31', 'm=audio 4000 RTP/SAVP 0'))).toMatchObject({
      index: 1,
      profile: 'RTP/SAVP',
    });
  });
});
