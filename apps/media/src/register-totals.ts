import type { MediaTotals } from '@manyline/media';
import type { Metrics } from '@manyline/telemetry';

/** Makes the metrics of the relay; the function that it returns takes newer totals. */
export function registerTotals(metrics: Metrics): (totals: MediaTotals) => void {
  const sessions = metrics.gauge('manyline_media_sessions', 'Media sessions that are open');
  const legs = metrics.gauge('manyline_media_legs', 'Call legs with open RTP ports');
  const freePorts = metrics.gauge('manyline_media_free_port_pairs', 'RTP port pairs that could be used now');
  const relayed = metrics.counter('manyline_media_packets_relayed_total', 'RTP packets sent to a peer');
  const discarded = metrics.counter(
    'manyline_media_packets_discarded_total',
    'Packets dropped: foreign source, not RTP, over the rate',
  );
  let before = { packetsRelayed: 0, packetsDiscarded: 0 };
  return (totals) => {
    sessions.set(totals.sessions);
    legs.set(totals.legs);
    freePorts.set(totals.freePorts);
    relayed.inc(totals.packetsRelayed - before.packetsRelayed);
    discarded.inc(totals.packetsDiscarded - before.packetsDiscarded);
    before = totals;
  };
}
