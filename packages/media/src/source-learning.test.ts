import { describe, expect, it } from 'vitest';
import { SourceLearning } from './source-learning.ts';

const sdp = { address: '192.0.2.5', rtpPort: 4000, signallingAddress: '198.51.100.9' };
const exact = { address: '192.0.2.5', port: 4000 };
const otherPort = { address: '192.0.2.5', port: 4100 };
const nat = { address: '198.51.100.9', port: 61_000 };
const stranger = { address: '203.0.113.66', port: 4000 };

class Peer {
  readonly learning: SourceLearning;
  nowMs = 1_000_000;
  sequence = 65_534;

  constructor(addresses = sdp, allowPrivate = false) {
    this.learning = new SourceLearning(allowPrivate);
    this.learning.update(addresses, this.nowMs);
  }

  /** One packet each 20 ms; the verdict of the last. */
  send(from: { address: string; port: number }, count = 1, ssrc = 1, payloadType = 0): string {
    let verdict = 'drop';
    for (let index = 0; index < count; index++) {
      this.nowMs += 20;
      this.sequence = (this.sequence + 1) & 0xffff;
      verdict = this.learning.judge(from, ssrc, this.sequence, payloadType, this.nowMs);
    }
    return verdict;
  }

  wait(ms: number): this {
    this.nowMs += ms;
    return this;
  }
}

describe('SourceLearning', () => {
  it('knows nobody and accepts nothing before the first offer or answer', () => {
    const learning = new SourceLearning(true);

    expect(learning.target).toBeUndefined();
    expect(learning.judge(exact, 1, 1, 0, 0)).toBe('drop');
  });

  it("locks at once on exactly the SDP's address and port", () => {
    const peer = new Peer();

    expect(peer.learning.target).toEqual(exact);
    expect(peer.send(exact)).toBe('accept');
    expect(peer.learning.source).toEqual(exact);
  });

  it.each([
    ["the SDP's address", otherPort],
    ['the signalling address', nat],
  ])('locks on another source at %s with the fourth packet', (_name, from) => {
    const peer = new Peer();

    expect(peer.send(from, 3)).toBe('drop');
    expect(peer.send(from)).toBe('accept');
    expect(peer.learning.target).toEqual(from);
  });

  it('RTP bleed: a stranger never becomes the source, before learning or after', () => {
    const peer = new Peer();
    expect(peer.send(stranger, 100)).toBe('drop');
    expect(peer.learning.target).toEqual(exact);

    peer.send(nat, 4);
    expect(peer.send(stranger, 100)).toBe('drop');
    expect(peer.wait(60_000).send(stranger, 100)).toBe('drop');
    expect(peer.learning.target).toEqual(nat);
  });

  it('wants one SSRC and rising sequence numbers', () => {
    const peer = new Peer();
    for (const ssrc of [1, 2, 1, 2, 1, 2]) expect(peer.send(nat, 1, ssrc)).toBe('drop');

    const repeating = new Peer();
    for (let index = 0; index < 10; index++) {
      repeating.sequence = 7;
      expect(repeating.send(nat)).toBe('drop');
    }
  });

  it('wants a negotiated payload type', () => {
    const peer = new Peer({ ...sdp, ...{ payloadTypes: [8, 101] } });

    expect(peer.send(exact, 1, 1, 0)).toBe('drop');
    expect(peer.send(exact, 1, 1, 8)).toBe('accept');
  });

  it('is strict once locked: an allowed address is not heard while the source speaks', () => {
    const peer = new Peer();
    peer.send(nat, 4);
    peer.wait(3_000);
    peer.send(nat);

    for (let index = 0; index < 20; index++) {
      expect(peer.send(otherPort)).toBe('drop');
      expect(peer.send(exact)).toBe('drop');
      expect(peer.send(nat)).toBe('accept');
    }
  });

  it('within the window a better source takes over at once, a worse one does not', () => {
    const peer = new Peer();
    peer.send(nat, 4);
    expect(peer.send(exact)).toBe('accept');
    for (let index = 0; index < 10; index++) {
      expect(peer.send(nat)).toBe('drop');
      peer.send(exact);
    }
    expect(peer.learning.source).toEqual(exact);
  });

  it('learns again from an allowed address after 2 s of silence: the NAT binding changed', () => {
    const peer = new Peer();
    peer.send(nat, 4);
    const moved = { ...nat, port: 61_001 };
    peer.wait(3_000);
    peer.send(nat);

    expect(peer.wait(1_900).send(moved, 4)).toBe('drop');
    expect(peer.wait(100).send(moved, 4)).toBe('accept');
    expect(peer.learning.target).toEqual(moved);
  });

  it('keeps its source through a re-INVITE that changes nothing, and drops it when the SDP moves', () => {
    const peer = new Peer();
    peer.send(nat, 4);
    peer.learning.update(sdp, peer.nowMs);
    expect(peer.learning.source).toEqual(nat);

    peer.learning.update({ ...sdp, rtpPort: 4444 }, peer.nowMs);
    expect(peer.learning.source).toBeUndefined();
    expect(peer.learning.target).toEqual({ ...exact, port: 4444 });
  });

  it.each(['127.0.0.1', '10.0.0.1', '169.254.169.254', '224.0.0.1', 'pbx.example.com'])(
    'does not send to %s when private addresses are not allowed',
    (address) => {
      const peer = new Peer({ ...sdp, address });

      expect(peer.learning.target).toBeUndefined();
      expect(peer.send({ address, port: 4000 }, 10)).toBe('drop');
      expect(peer.send(nat, 4)).toBe('accept');
    },
  );

  it('says when none of the addresses is permitted', () => {
    const learning = new SourceLearning(false);

    expect(learning.update({ address: '127.0.0.1', rtpPort: 4000, signallingAddress: '10.0.0.1' }, 0)).toBe(false);
    expect(learning.update({ address: '127.0.0.1', rtpPort: 4000, signallingAddress: '8.8.8.8' }, 0)).toBe(true);
  });

  it('bounds what it remembers of candidates', () => {
    const peer = new Peer();
    for (let port = 10_000; port < 10_100; port++) peer.send({ ...nat, port }, 3);

    expect(peer.send(nat, 4)).toBe('accept');
  });

  it('forgets everything on reset', () => {
    const peer = new Peer();
    peer.send(exact);
    peer.learning.reset();

    expect(peer.learning.target).toBeUndefined();
    expect(peer.send(exact, 10)).toBe('drop');
  });
});
