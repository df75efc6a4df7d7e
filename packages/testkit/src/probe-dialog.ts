import type { ProbeMessage } from './probe-message.ts';
import type { ProbeRequest, SipProbe } from './sip-probe.ts';

type DialogRequestParts = Pick<ProbeRequest, 'headers' | 'body' | 'contentType' | 'contact'>;

/** The caller's or the called side's view of an established call, enough to send requests inside it (RFC 3261 §12). */
export class ProbeDialog {
  readonly callId: string;
  readonly #probe: SipProbe;
  readonly #local: string;
  readonly #remote: string;
  readonly #target: string;
  readonly #routes: readonly string[];
  #cseq: number;

  private constructor(
    probe: SipProbe,
    parts: { local: string; remote: string; target: string; routes: readonly string[]; callId: string; cseq: number },
  ) {
    this.#probe = probe;
    this.#local = parts.local;
    this.#remote = parts.remote;
    this.#target = parts.target;
    this.#routes = parts.routes;
    this.callId = parts.callId;
    this.#cseq = parts.cseq;
  }

  /** The dialog that the 2xx to our INVITE made. */
  static asCaller(probe: SipProbe, invite: ProbeMessage, answer: ProbeMessage): ProbeDialog {
    return new ProbeDialog(probe, {
      local: invite.header('From') ?? '',
      remote: answer.header('To') ?? '',
      target: answer.contactUri,
      routes: answer.headersOf('Record-Route').reverse(),
      callId: invite.callId,
      cseq: Number.parseInt(invite.header('CSeq') ?? '1', 10),
    });
  }

  /** The dialog that our 2xx with this To tag made. */
  static asCalled(probe: SipProbe, invite: ProbeMessage, toTag: string): ProbeDialog {
    return new ProbeDialog(probe, {
      local: `${invite.header('To') ?? ''};tag=${toTag}`,
      remote: invite.header('From') ?? '',
      target: invite.contactUri,
      routes: invite.headersOf('Record-Route'),
      callId: invite.callId,
      cseq: 100,
    });
  }

  /** The ACK to the 2xx of the INVITE with the dialog's present CSeq. */
  acknowledge(body?: string): void {
    this.#probe.sendRequest(this.#parts('ACK', { body }));
  }

  send(method: string, parts: DialogRequestParts = {}): ProbeMessage {
    this.#cseq += 1;
    return this.#probe.sendRequest(this.#parts(method, parts));
  }

  #parts(method: string, parts: DialogRequestParts = {}): ProbeRequest {
    const routes = this.#routes.map((route) => ['Route', route] as const);
    return {
      ...parts,
      method,
      uri: this.#target,
      from: this.#local,
      to: this.#remote,
      callId: this.callId,
      cseq: this.#cseq,
      headers: [...routes, ...(parts.headers ?? [])],
    };
  }

  transact(method: string, parts?: DialogRequestParts): Promise<ProbeMessage> {
    return this.#probe.finalResponse(this.send(method, parts));
  }
}
