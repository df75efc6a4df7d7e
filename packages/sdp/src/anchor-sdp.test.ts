import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchorSdp, answerFor, createOffer } from './anchor-sdp.ts';
import { audioOf, usableAudio } from './audio-media.ts';
import { parseSdp } from './parse-sdp.ts';
import type { SessionDescription } from './session-description.ts';

const local = { address: '198.51.100.1', rtpPort: 20000, rtcpPort: 20001, sessionId: 7, sessionVersion: 3 };

function parsed(text: string): SessionDescription {
  const result = parseSdp(text);
  if (!result.ok) throw new Error(result.error.reason);
  return result.value;
}

function fixture(name: string): SessionDescription {
  return parsed(readFileSync(new URL(`../fixtures/valid/${name}`, import.meta.url), 'latin1'));
}

/** A description by a peer at 192.0.2.5 with the given lines from m= on. */
function peer(...lines: string[]): SessionDescription {
  return parsed(['v=0', 'o=peer 1 1 IN IP4 192.0.2.5', 's=x', 'c=IN IP4 192.0.2.5', 't=0 0', ...lines].join('\r\n'));
}

describe('anchorSdp', () => {
  it("puts our origin, address and port around the peer's codecs", () => {
    const offer = peer(
      'm=audio 4000 RTP/AVP 9 0 101',
      'a=rtpmap:9 G722/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-16',
      'a=ptime:20',
    );

    expect(anchorSdp(offer, local).toString()).toBe(
      [
        'v=0',
        'o=- 7 3 IN IP4 198.51.100.1',
        's=-',
        'c=IN IP4 198.51.100.1',
        't=0 0',
        'm=audio 20000 RTP/AVP 9 0 101',
        'a=rtpmap:9 G722/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-16',
        'a=ptime:20',
        'a=sendrecv',
        '',
      ].join('\r\n'),
    );
  });

  it('leaves nothing through which media could go past us', () => {
    const text = anchorSdp(fixture('webrtc-audio.sdp'), local).toString();

    expect(text).not.toMatch(/ice-|fingerprint|setup|rtcp-mux|mid:|group|candidate|crypto|127\.0\.0\.1/);
    expect(text).toContain('a=rtpmap:111 opus/48000/2');
  });

  it('offers on only the first usable audio stream', () => {
    const offer = peer(
      'm=audio 4000 RTP/SAVP 0',
      'm=video 4002 RTP/AVP 31',
      'm=audio 4004 RTP/AVP 8',
      'm=audio 4006 RTP/AVP 0',
    );

    expect(anchorSdp(offer, local).media).toMatchObject([{ media: 'audio', port: 20000, formats: ['8'] }]);
  });

  it.each(['sendonly', 'recvonly', 'inactive'] as const)('keeps %s, also from session level', (direction) => {
    const offer = parsed(
      `v=0\r\no=- 1 1 IN IP4 h\r\nc=IN IP4 192.0.2.5\r\na=${direction}\r\nm=audio 4000 RTP/AVP 0\r\n`,
    );

    expect(audioOf(anchorSdp(offer, local))).toMatchObject({ direction, onHold: true, address: local.address });
  });

  it('keeps the old hold, the address 0.0.0.0', () => {
    const held = anchorSdp(peer('m=audio 4000 RTP/AVP 0', 'c=IN IP4 0.0.0.0'), local);

    expect(audioOf(held)).toMatchObject({ address: '0.0.0.0', port: 20000, onHold: true });
  });

  it('writes the RTCP port when it is not the next one, and an IPv6 address as IP6', () => {
    const text = anchorSdp(peer('m=audio 4000 RTP/AVP 0'), {
      ...local,
      address: '2001:db8::1',
      rtcpPort: 30001,
    }).toString();

    expect(text).toContain('c=IN IP6 2001:db8::1\r\n');
    expect(text).toContain('a=rtcp:30001\r\n');
  });

  it('drops what is no payload type', () => {
    expect(anchorSdp(peer('m=audio 4000 RTP/AVP 4294967296 0 x'), local).media[0]?.formats).toEqual(['0']);
  });
});

describe('answerFor', () => {
  it('has as many m= lines as the offer, in its order, all but the used one refused (RFC 3264 §6)', () => {
    const offer = peer(
      'm=video 4002 RTP/AVP 31 32',
      'm=audio 4004 RTP/AVP 8 0',
      'm=audio 4006 RTP/AVP 0',
      'm=image 4008 udptl t38',
    );
    const calleeAnswer = peer('m=audio 5000 RTP/AVP 8', 'a=rtpmap:8 PCMA/8000');

    const answer = answerFor(offer, anchorSdp(calleeAnswer, local));

    expect(answer.media).toMatchObject([
      { media: 'video', port: 0, formats: ['31', '32'] },
      { media: 'audio', port: 20000, formats: ['8'] },
      { media: 'audio', port: 0 },
      { media: 'image', port: 0, protocol: 'udptl', formats: ['t38'] },
    ]);
    expect(answer.connection?.address).toBe(local.address);
  });

  it('refuses the audio stream too when the callee did', () => {
    const answer = answerFor(peer('m=audio 4000 RTP/AVP 0'), anchorSdp(peer('m=audio 0 RTP/AVP 0'), local));

    expect(answer.media).toMatchObject([{ media: 'audio', port: 0 }]);
  });
});

describe('createOffer', () => {
  it('offers G.711, G.722 and telephone-event, and is usable', () => {
    const offer = parsed(createOffer(local).toString());

    expect(usableAudio(offer)).toMatchObject({
      ok: true,
      value: {
        profile: 'RTP/AVP',
        formats: ['0', '8', '9', '101'],
        direction: 'sendrecv',
        port: 20000,
        rtcpPort: 20001,
      },
    });
  });
});
