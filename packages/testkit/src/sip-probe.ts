import { randomBytes } from 'node:crypto';
import { answerDigest } from './digest-answer.ts';
import { eventually } from './eventually.ts';
import { ProbeMessage, writeMessage } from './probe-message.ts';
import { openProbeTransport, type ProbeTransport, type ProbeTransportOptions } from './probe-transport.ts';

export interface ProbeAccount {
  readonly user: string;
  readonly password: string;
  readonly domain: string;
}

type Headers = readonly (readonly [name: string, value: string])[];

export interface ProbeRequest {
  readonly method: string;
  readonly uri: string;
  /** Whole header values; the defaults are the account's address-of-record with a fresh tag, and the Request-URI. */
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly branch?: string;
  readonly contact?: string;
  readonly headers?: Headers;
  readonly body?: string;
  readonly contentType?: string;
}

/** Fresh text for tags, branches and Call-IDs. */
export function newToken(): string {
  return randomBytes(6).toString('hex');
}

/** A SIP client of few lines for protocol tests: it sends what it is told, and keeps everything that comes. */
export class SipProbe {
  readonly account: ProbeAccount;
  readonly #protocol: string;
  #transport!: ProbeTransport;
  #unread: ProbeMessage[] = [];
  readonly #seen = new Set<string>();
  /** Everything that ever came, retransmissions left out, in order. */
  readonly received: ProbeMessage[] = [];

  private constructor(protocol: string, account: ProbeAccount) {
    this.#protocol = protocol;
    this.account = account;
  }

  static async open(options: ProbeTransportOptions, account: ProbeAccount): Promise<SipProbe> {
    const probe = new SipProbe(options.protocol, account);
    probe.#transport = await openProbeTransport(options, (text) => probe.#onText(text));
    return probe;
  }

  get tlsProtocol(): string | undefined {
    return this.#transport.tlsProtocol;
  }

  get connectionClosed(): boolean {
    return this.#transport.closed;
  }

  get localPort(): number {
    return this.#transport.localPort;
  }

  get contact(): string {
    const transport = this.#protocol === 'UDP' ? '' : `;transport=${this.#protocol.toLowerCase()}`;
    return `<sip:${this.account.user}@${this.#transport.localAddress}:${this.localPort}${transport}>`;
  }

  #onText(text: string): void {
    if (this.#seen.has(text)) return;
    this.#seen.add(text);
    const message = new ProbeMessage(text);
    if (message.startLine === '') return;
    this.received.push(message);
    this.#unread.push(message);
  }

  /** Sends bytes as they are. */
  send(bytes: string | Buffer): void {
    this.#transport.send(bytes);
  }

  /** Writes a request around the given parts, sends it, and gives its text. */
  sendRequest(request: ProbeRequest): ProbeMessage {
    const { user, domain } = this.account;
    const via = `SIP/2.0/${this.#protocol} ${this.#transport.localAddress}:${this.localPort}`;
    const headers: [string, string][] = [
      ['Via', `${via};branch=${request.branch ?? `z9hG4bK${newToken()}`};rport`],
      ['Max-Forwards', '70'],
      ['From', request.from ?? `<sip:${user}@${domain}>;tag=${newToken()}`],
      ['To', request.to ?? `<${request.uri}>`],
      ['Call-ID', request.callId ?? newToken()],
      ['CSeq', `${request.cseq ?? 1} ${request.method}`],
    ];
    const contact = request.contact ?? (request.method === 'INVITE' ? this.contact : undefined);
    if (contact !== undefined) headers.push(['Contact', contact]);
    if (request.body !== undefined) headers.push(['Content-Type', request.contentType ?? 'application/sdp']);
    const all = [...headers, ...(request.headers ?? []).map(([name, value]) => [name, value] as const)];
    const text = writeMessage({
      startLine: `${request.method} ${request.uri} SIP/2.0`,
      headers: all,
      body: request.body,
    });
    this.send(text);
    return new ProbeMessage(text);
  }

  /** Takes the oldest unread message that fits; waits for one when there is none. */
  receive(what: string, fits: (message: ProbeMessage) => boolean, timeoutMs = 5000): Promise<ProbeMessage> {
    return eventually(
      `${what} at ${this.account.user}'s probe (unread: ${this.#unread.map((message) => message.startLine).join(' | ')})`,
      () => this.take(fits),
      timeoutMs,
      5,
    );
  }

  take(fits: (message: ProbeMessage) => boolean): ProbeMessage | undefined {
    const index = this.#unread.findIndex(fits);
    return index < 0 ? undefined : this.#unread.splice(index, 1)[0];
  }

  /** Waits for a final response to this request; provisional ones stay unread. */
  finalResponse(request: ProbeMessage, timeoutMs = 5000): Promise<ProbeMessage> {
    return this.receive(
      `a final response to ${request.startLine}`,
      (message) => answers(message, request) && message.status >= 200,
      timeoutMs,
    );
  }

  provisional(request: ProbeMessage, status: number, timeoutMs = 5000): Promise<ProbeMessage> {
    return this.receive(
      `${status} to ${request.startLine}`,
      (message) => answers(message, request) && message.status === status,
      timeoutMs,
    );
  }

  /** Sends a request and waits for its final response. */
  async transact(request: ProbeRequest, timeoutMs?: number): Promise<ProbeMessage> {
    return this.finalResponse(this.sendRequest(request), timeoutMs);
  }

  /** Sends a request, answers the challenge to it (with an ACK before, for INVITE), and gives the second request. */
  async sendAuthenticated(request: ProbeRequest, account: ProbeAccount = this.account): Promise<ProbeMessage> {
    const { user, domain } = this.account;
    const whole = {
      ...request,
      from: request.from ?? `<sip:${user}@${domain}>;tag=${newToken()}`,
      callId: request.callId ?? newToken(),
      cseq: request.cseq ?? 1,
    };
    const first = this.sendRequest(whole);
    const challenged = await this.finalResponse(first);
    if (request.method === 'INVITE') this.acknowledge(first, challenged);
    const challenge = challenged.header('WWW-Authenticate') ?? challenged.header('Proxy-Authenticate');
    if (challenge === undefined) throw new Error(`no challenge but ${challenged.startLine}`);
    const answer = answerDigest({
      challenge,
      method: request.method,
      uri: request.uri,
      username: account.user,
      password: account.password,
    });
    const name = challenged.status === 407 ? 'Proxy-Authorization' : 'Authorization';
    return this.sendRequest({ ...whole, cseq: whole.cseq + 1, headers: [...(request.headers ?? []), [name, answer]] });
  }

  async transactAuthenticated(request: ProbeRequest, account?: ProbeAccount): Promise<ProbeMessage> {
    return this.finalResponse(await this.sendAuthenticated(request, account));
  }

  /** The ACK to a final response other than 2xx: same branch as its INVITE (RFC 3261 §17.1.1.3). */
  acknowledge(invite: ProbeMessage, response: ProbeMessage): void {
    const headers = [
      ['Via', invite.header('Via') ?? ''],
      ['Max-Forwards', '70'],
      ['From', invite.header('From') ?? ''],
      ['To', response.header('To') ?? ''],
      ['Call-ID', invite.callId],
      ['CSeq', `${Number.parseInt(invite.header('CSeq') ?? '1', 10)} ACK`],
    ] as const;
    this.send(writeMessage({ startLine: `ACK ${invite.requestUri} SIP/2.0`, headers }));
  }

  /** The CANCEL of an INVITE that has no final response yet (RFC 3261 §9.1). */
  cancel(invite: ProbeMessage): void {
    const headers = ['Via', 'Max-Forwards', 'From', 'To', 'Call-ID'].map(
      (name) => [name, invite.header(name) ?? ''] as const,
    );
    const cseq = ['CSeq', `${Number.parseInt(invite.header('CSeq') ?? '1', 10)} CANCEL`] as const;
    this.send(writeMessage({ startLine: `CANCEL ${invite.requestUri} SIP/2.0`, headers: [...headers, cseq] }));
  }

  /** Registers the probe's own address; throws unless it is accepted. */
  async register(expiresSeconds = 600): Promise<ProbeMessage> {
    const { user, domain } = this.account;
    const response = await this.transactAuthenticated({
      method: 'REGISTER',
      uri: `sip:${domain}`,
      to: `<sip:${user}@${domain}>`,
      contact: this.contact,
      headers: [['Expires', String(expiresSeconds)]],
    });
    if (response.status !== 200) throw new Error(`REGISTER of ${user}@${domain}: ${response.startLine}`);
    return response;
  }

  /** Waits for a request from the server. */
  request(method: string, timeoutMs?: number): Promise<ProbeMessage> {
    return this.receive(method, (message) => message.method === method, timeoutMs);
  }

  /** Answers a request of the server. */
  respond(
    request: ProbeMessage,
    status: number,
    reason: string,
    extra: { toTag?: string; headers?: Headers; body?: string } = {},
  ): void {
    const { toTag, headers = [], body } = extra;
    const to = request.header('To') ?? '';
    const withTag = toTag === undefined || /;\s*tag=/.test(to) ? to : `${to};tag=${toTag}`;
    const copied = [
      ...request.headersOf('Via').map((value) => ['Via', value] as const),
      ...request.headersOf('Record-Route').map((value) => ['Record-Route', value] as const),
      ['From', request.header('From') ?? ''] as const,
      ['To', withTag] as const,
      ['Call-ID', request.callId] as const,
      ['CSeq', request.header('CSeq') ?? ''] as const,
      ['Contact', this.contact] as const,
    ];
    const type = body === undefined ? [] : [['Content-Type', 'application/sdp'] as const];
    this.send(
      writeMessage({ startLine: `SIP/2.0 ${status} ${reason}`, headers: [...copied, ...type, ...headers], body }),
    );
  }

  close(): void {
    this.#transport.close();
  }
}

function answers(message: ProbeMessage, request: ProbeMessage): boolean {
  return message.status > 0 && message.callId === request.callId && message.header('CSeq') === request.header('CSeq');
}
