import type { MediaTotals } from '@manyline/media';
import type { Metrics } from '@manyline/telemetry';

/** Makes the metrics of the relay; the function that it returns takes newer totals. */
export function registerTotals(metrics: Metrics): (totals: MediaTotals) => void {
  const sessions = metrics.gauge('manyline_media_sessions', 'Media sessions that are open');
  const legs = metrics.gauge('manyline_media_legs', 'Call legs with open RTP ports');
  const freePorts = metrics.gauge('manyline_media_free_port_pairs', 'RTP port pairs that could be used now');
  const received = metrics.counter('manyline_media_packets_received_total', 'RTP packets accepted from peers');
  const sent = metrics.counter('manyline_media_packets_sent_total', 'RTP packets sent to peers');
  const discarded = metrics.counter(
    'manyline_media_packets_discarded_total',
    'Packets dropped: foreign source, not RTP, over the rate',
  );
  let before = { packetsReceived: 0, packetsSent: 0, packetsDiscarded: 0 };
  return (totals) => {
    sessions.set(totals.sessions);
    legs.set(totals.legs);
    freePorts.set(totals.freePorts);
    received.inc(totals.packetsReceived - before.packetsReceived);
    sent.inc(totals.packetsSent - before.packetsSent);
    discarded.inc(totals.packetsDiscarded - before.packetsDiscarded);
    before = totals;
  };
}
