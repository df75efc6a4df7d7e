import { Baresip } from './baresip.ts';
import type { ManylineProcess } from './manyline-process.ts';
import type { ProbeTransportOptions } from './probe-transport.ts';
import { type ProbeAccount, SipProbe } from './sip-probe.ts';

export interface PhoneOptions {
  readonly transport?: 'udp' | 'tcp' | 'tls';
  readonly toneHz?: number;
  readonly answer?: 'auto' | 'manual';
  /** Another way to the server than its own port. */
  readonly port?: number;
}

/** Starts a phone of this account at the server; does not wait for its registration. */
export function startPhone(
  manyline: ManylineProcess,
  account: ProbeAccount,
  options: PhoneOptions = {},
): Promise<Baresip> {
  const { transport = 'udp', toneHz = 440, answer = 'auto' } = options;
  const port = options.port ?? (transport === 'tls' ? manyline.sip.tlsPort : manyline.sip.port);
  return Baresip.start({ ...account, server: { host: manyline.sip.host, port }, transport, toneHz, answer });
}

/** Opens a raw SIP client of this account towards the server. */
export function openProbe(
  manyline: ManylineProcess,
  account: ProbeAccount,
  options: Partial<ProbeTransportOptions> = {},
): Promise<SipProbe> {
  const { protocol = 'UDP' } = options;
  const port = protocol === 'TLS' ? manyline.sip.tlsPort : manyline.sip.port;
  return SipProbe.open({ host: manyline.sip.host, port, protocol, ...options }, account);
}

/** An audio offer or answer of a probe that receives at this port of 127.0.0.1. */
export function probeSdp(port: number, direction: 'sendrecv' | 'sendonly' | 'inactive' = 'sendrecv'): string {
  const lines = ['v=0', `o=probe ${port} 1 IN IP4 127.0.0.1`, 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
  const media = [`m=audio ${port} RTP/AVP 0 8 101`, 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000'];
  return `${[...lines, ...media, 'a=rtpmap:101 telephone-event/8000', `a=${direction}`].join('\r\n')}\r\n`;
}
