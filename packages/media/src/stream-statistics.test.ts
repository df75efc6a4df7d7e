import { describe, expect, it } from 'vitest';
import { StreamStatistics } from './stream-statistics.ts';

/** Feeds 20 ms packets by sequence number, each arriving exactly on time. */
function feed(statistics: StreamStatistics, sequences: Iterable<number>, ssrc = 1): void {
  for (const sequence of sequences) {
    statistics.onPacket(sequence & 0xffff, sequence * 160, ssrc, 172, sequence * 20);
  }
}

function* range(from: number, to: number): Generator<number> {
  for (let value = from; value < to; value++) yield value;
}

describe('StreamStatistics', () => {
  it('counts packets and bytes, and no loss in a whole stream across the wrap of the sequence number', () => {
    const statistics = new StreamStatistics();
    feed(statistics, range(65_500, 65_600));

    expect(statistics).toMatchObject({ packetsReceived: 100, bytesReceived: 17_200, packetsLost: 0, jitterMs: 0 });
    expect(statistics.lastPacketAtMs).toBe(65_599 * 20);
  });

  it('counts gaps as loss, and takes it back for a packet that comes late', () => {
    const statistics = new StreamStatistics();
    feed(statistics, [1, 2, 5, 6]);
    expect(statistics.packetsLost).toBe(2);

    feed(statistics, [3]);
    expect(statistics.packetsLost).toBe(1);
  });

  it('reports no negative loss for duplicates', () => {
    const statistics = new StreamStatistics();
    feed(statistics, [1, 1, 1, 2]);

    expect(statistics.packetsLost).toBe(0);
  });

  it('does not take one wild sequence number for loss', () => {
    const statistics = new StreamStatistics();
    feed(statistics, [...range(1, 50), 40_000, ...range(50, 100)]);

    expect(statistics.packetsLost).toBe(0);
  });

  it('follows a source that restarts its numbers or changes its SSRC, and keeps the loss so far', () => {
    const statistics = new StreamStatistics();
    feed(statistics, [1, 2, 4]);
    feed(statistics, [30_000, 30_001, 30_002]);
    feed(statistics, [7, 8, 10], 2);

    expect(statistics.packetsLost).toBe(2);
  });

  it('measures jitter as RFC 3550 §6.4.1 does', () => {
    const statistics = new StreamStatistics();
    // Every second packet is 10 ms late: |D| is 80 timestamp units each time, so J tends to 80 units = 10 ms.
    for (let index = 0; index < 500; index++) {
      statistics.onPacket(index, index * 160, 1, 172, index * 20 + (index % 2) * 10);
    }
    expect(statistics.jitterMs).toBeCloseTo(10, 3);
  });

  it('measures against the clock rate of the codec', () => {
    const statistics = new StreamStatistics();
    statistics.setClockRate(48_000);
    for (let index = 0; index < 100; index++) statistics.onPacket(index, index * 960, 1, 100, index * 20);

    expect(statistics.jitterMs).toBe(0);
  });

  it('is not disturbed by telephone events, whose packets share a timestamp', () => {
    const statistics = new StreamStatistics();
    for (let index = 0; index < 50; index++) statistics.onPacket(index, 16_000, 1, 16, index * 20);
    statistics.onPacket(50, 16_000 + 50 * 160, 1, 172, 50 * 20);

    expect(statistics.jitterMs).toBe(0);
  });
});
