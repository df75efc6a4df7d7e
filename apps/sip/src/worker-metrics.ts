import type { Metrics } from '@manyline/telemetry';

/** What a SIP worker counts. */
export function createWorkerMetrics(
  metrics: Metrics,
  current: { registrations: () => number; calls: () => number; tenants: () => number },
) {
  const gauge = (name: string, help: string, read: () => number): void => {
    const measured = metrics.gauge(name, help);
    Object.assign(measured, { collect: () => measured.set(read()) });
  };
  gauge('manyline_registrations', 'Registrations that this worker holds.', current.registrations);
  gauge('manyline_calls', 'Calls in progress, ringing ones included.', current.calls);
  gauge('manyline_tenants', 'Tenants whose SIP domains this worker answers.', current.tenants);
  return {
    requests: metrics.counter('manyline_sip_requests_total', 'SIP requests received outside transactions.', ['method']),
    refusals: metrics.counter('manyline_sip_refusals_total', 'Requests refused, by status.', ['status']),
    malformed: metrics.counter('manyline_sip_malformed_total', 'Messages that break a rule of the SIP grammar.', [
      'rule',
    ]),
    discarded: metrics.counter(
      'manyline_sip_discarded_total',
      'Datagrams, messages and connections dropped, by reason.',
      ['reason'],
    ),
    authenticationFailures: metrics.counter(
      'manyline_sip_authentication_failures_total',
      'Requests with wrong credentials.',
    ),
    callsEnded: metrics.counter('manyline_calls_ended_total', 'Calls that ended, by result.', ['result']),
  };
}

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;
