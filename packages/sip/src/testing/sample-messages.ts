import { parseMessage, SipRequest } from '../message/index.ts';

export interface SampleRequest {
  readonly method?: string;
  readonly branch?: string;
  /** sent-by, with the parameters that follow it: `192.0.2.99:5099;rport`. */
  readonly sentBy?: string;
  readonly protocol?: string;
  readonly cseq?: number;
  readonly callId?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** The text of a valid request, as a phone sends it. */
export function sampleText(sample: SampleRequest = {}): string {
  const { method = 'INVITE', branch = 'z9hG4bKsample', sentBy = '192.0.2.99:5099', body = '' } = sample;
  return [
    `${method} sip:bob@example.com SIP/2.0`,
    `Via: SIP/2.0/${sample.protocol ?? 'UDP'} ${sentBy};branch=${branch}`,
    'Max-Forwards: 70',
    'From: <sip:alice@example.com>;tag=alice1',
    'To: <sip:bob@example.com>',
    `Call-ID: ${sample.callId ?? 'call-1@example.com'}`,
    `CSeq: ${sample.cseq ?? 1} ${method}`,
    ...(sample.headers ?? []),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

/** The same as a parsed request. */
export function sampleRequest(sample: SampleRequest = {}): SipRequest {
  const parsed = parseMessage(Buffer.from(sampleText(sample)));
  if (!parsed.ok || !(parsed.value instanceof SipRequest)) throw new Error('the sample is no valid request');
  return parsed.value;
}

/** A request as our own user builds it: without Via. */
export function outgoingRequest(method: string, headers: readonly [string, string][] = []): SipRequest {
  return SipRequest.create({
    method,
    uri: 'sip:bob@192.0.2.99',
    headers: [
      ['Max-Forwards', '70'],
      ...headers,
      ['From', '<sip:alice@example.com>;tag=alice1'],
      ['To', '<sip:bob@example.com>'],
      ['Call-ID', 'call-1@example.com'],
      ['CSeq', `1 ${method}`],
    ],
  });
}
