import type { Metrics } from '@manyline/telemetry';

/** Counts by one label; a value's counter is looked up once, because these stand on the path of every message. */
function countBy(metrics: Metrics, name: string, help: string, label: string): (value: string | number) => void {
  const counter = metrics.counter(name, help, [label]);
  const children = new Map<string | number, { inc(): void }>();
  return (value) => {
    let child = children.get(value);
    if (child === undefined) {
      child = counter.labels({ [label]: value });
      children.set(value, child);
    }
    child.inc();
  };
}

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
  const count = (name: string, help: string, label: string) => countBy(metrics, name, help, label);
  return {
    request: count('manyline_sip_requests_total', 'SIP requests received outside transactions.', 'method'),
    refusal: count('manyline_sip_refusals_total', 'Requests refused, by status.', 'status'),
    malformed: count('manyline_sip_malformed_total', 'Messages that break a rule of the SIP grammar.', 'rule'),
    discarded: count('manyline_sip_discarded_total', 'Datagrams, messages and connections dropped.', 'reason'),
    callEnded: count('manyline_calls_ended_total', 'Calls that ended, by result.', 'result'),
    authenticationFailures: metrics.counter(
      'manyline_sip_authentication_failures_total',
      'Requests with wrong credentials.',
    ),
  };
}

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;
