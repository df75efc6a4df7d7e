import { isIP } from 'node:net';
import { type Clock, type Logger, systemClock } from '@manyline/kernel';
import { ConnectionAdmission } from './connection-admission.ts';
import type { Flow, TransportHandler, TransportProtocol } from './flow.ts';
import { GuardedHandler } from './guarded-handler.ts';
import { LocalAddressResolver } from './local-address-resolver.ts';
import { StreamTransport } from './stream-transport.ts';
import { certificateError, type TlsCertificate } from './tls-options.ts';
import { defaultTransportLimits, type TransportLimits } from './transport-limits.ts';
import { UdpTransport } from './udp-transport.ts';
import { UnreachableFlow } from './unreachable-flow.ts';

export interface SipTransportsOptions {
  readonly logger: Logger;
  readonly handler: TransportHandler;
  readonly clock?: Clock;
  readonly limits?: Partial<TransportLimits>;
  /** Decides which of our addresses a peer is told; left out, one without a public address. */
  readonly resolver?: LocalAddressResolver;
  /** Authorities, in PEM, for outgoing TLS connections; left out, those that Node knows. */
  readonly trustedCertificates?: readonly string[] | undefined;
}

export interface ListenAddress {
  /** A literal address; `::` means every IPv6 address and no IPv4 one. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

export interface FlowTarget {
  readonly protocol: TransportProtocol;
  /** A literal IPv4 or IPv6 address, without brackets. */
  readonly address: string;
  readonly port: number;
  /** The name that a TLS server's certificate has to carry; left out, the address. */
  readonly serverName?: string | undefined;
}

/** The transport layer (RFC 3261 §18): every socket of SIP signalling, and the flows over them. */
export class SipTransports {
  readonly #handler: GuardedHandler;
  readonly #limits: TransportLimits;
  readonly #resolver: LocalAddressResolver;
  readonly #udp: UdpTransport[] = [];
  readonly #tcp: StreamTransport;
  readonly #tls: StreamTransport;
  #closed: Promise<void> | undefined;

  constructor(options: SipTransportsOptions) {
    const clock = options.clock ?? systemClock;
    this.#handler = new GuardedHandler(options.handler, options.logger);
    this.#limits = { ...defaultTransportLimits, ...options.limits };
    this.#resolver = options.resolver ?? new LocalAddressResolver({ clock });
    const shared = {
      clock,
      limits: this.#limits,
      handler: this.#handler,
      resolver: this.#resolver,
      admission: new ConnectionAdmission(this.#limits),
      trustedCertificates: options.trustedCertificates,
    };
    this.#tcp = new StreamTransport({ ...shared, protocol: 'TCP' });
    this.#tls = new StreamTransport({ ...shared, protocol: 'TLS' });
  }

  /** Each `listen…` gives back the bound port, may be called again for another address, and rejects with a ManylineError. */
  async listenUdp({ host, port }: ListenAddress): Promise<number> {
    const transport = await UdpTransport.listen({
      host,
      port,
      handler: this.#handler,
      resolver: this.#resolver,
      maxFlows: this.#limits.maxUdpFlows,
    });
    this.#udp.push(transport);
    return transport.localPort;
  }

  listenTcp({ host, port }: ListenAddress): Promise<number> {
    return this.#tcp.listen(host, port);
  }

  /** All TLS ports share one certificate, the one given last. */
  async listenTls({ host, port, cert, key }: ListenAddress & TlsCertificate): Promise<number> {
    this.setCertificate(cert, key);
    return this.#tls.listen(host, port);
  }

  /** For TLS handshakes from now on; open connections stay. Throws a ManylineError when the pair is unfit, and keeps the old one. */
  setCertificate(cert: string | Buffer, key: string | Buffer): void {
    try {
      this.#tls.setCertificate({ cert, key });
    } catch (cause) {
      throw certificateError(cause);
    }
  }

  /** The first bound port of each protocol; undefined when it does not listen. */
  get udpPort(): number | undefined {
    return this.#udp[0]?.localPort;
  }

  get tcpPort(): number | undefined {
    return this.#tcp.localPort;
  }

  get tlsPort(): number | undefined {
    return this.#tls.localPort;
  }

  /** Open TCP and TLS connections. */
  get connectionCount(): number {
    return this.#tcp.connectionCount + this.#tls.connectionCount;
  }

  /**
   * A flow to a peer: over UDP from the first socket of the address family, else over a connection that is there or is
   * opened now. Never throws: what cannot be reached sends nothing (`send` is false), a connection that fails later is
   * reported by onFlowClosed.
   */
  flowTo({ protocol, address, port, serverName }: FlowTarget): Flow {
    const family = isIP(address);
    if (family !== 0 && isPort(port)) {
      const flow =
        protocol === 'UDP'
          ? this.#udp.find((transport) => transport.family === family && transport.open)?.flowTo(address, port)
          : (protocol === 'TCP' ? this.#tcp : this.#tls).connect(address, port, serverName);
      if (flow !== undefined) return flow;
    }
    return new UnreachableFlow(protocol, this.#resolver.resolve(address), address, port);
  }

  /** The flow with this id, if it is open. A UDP flow is found after a restart, too, when our port is the same. */
  flowById(id: string): Flow | undefined {
    const [protocol, localPort, address, port] = id.split('/');
    switch (protocol) {
      case 'TCP':
        return this.#tcp.flowById(id);
      case 'TLS':
        return this.#tls.flowById(id);
      case 'UDP': {
        const family = isIP(address ?? '');
        if (address === undefined || family === 0 || !isPort(Number(port))) return undefined;
        return this.#udp
          .find((transport) => transport.open && transport.family === family && `${transport.localPort}` === localPort)
          ?.flowTo(address, Number(port));
      }
      default:
        return undefined;
    }
  }

  /** Stops listening, ends every connection after what is queued, and ends when all sockets are gone; idempotent. */
  close(): Promise<void> {
    this.#closed ??= Promise.all([
      ...this.#udp.map((transport) => transport.close()),
      this.#tcp.close(),
      this.#tls.close(),
    ]).then(() => {});
    return this.#closed;
  }
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port <= 65_535;
}
