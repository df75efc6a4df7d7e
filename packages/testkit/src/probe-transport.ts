import { createSocket } from 'node:dgram';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type SecureVersion, TLSSocket } from 'node:tls';

export type ProbeProtocol = 'UDP' | 'TCP' | 'TLS';

export interface ProbeTransportOptions {
  readonly protocol: ProbeProtocol;
  readonly host: string;
  readonly port: number;
  /** An own address such as 127.0.0.9; the default is 127.0.0.1. */
  readonly localAddress?: string;
  /** Pins the TLS version; the default takes what both sides like best. */
  readonly tlsVersion?: SecureVersion;
}

/** A socket towards a server that hands out whole SIP messages as text (latin1) and sends anything. */
export interface ProbeTransport {
  readonly localAddress: string;
  readonly localPort: number;
  /** `TLSv1.3` and so on; undefined without TLS. */
  readonly tlsProtocol: string | undefined;
  /** Whether the other side has closed the connection; never for UDP. */
  readonly closed: boolean;
  send(bytes: string | Buffer): void;
  close(): void;
}

/** Cuts a stream into messages by Content-Length; drops CRLF keep-alives between them. */
class StreamFraming {
  #pending = '';

  push(text: string): string[] {
    this.#pending += text;
    const messages: string[] = [];
    for (;;) {
      this.#pending = this.#pending.replace(/^(?:\r\n)+/, '');
      const end = this.#pending.indexOf('\r\n\r\n');
      if (end < 0) return messages;
      const length = Number(/^(?:content-length|l)\s*:\s*(\d+)/im.exec(this.#pending.slice(0, end))?.[1] ?? 0);
      const total = end + 4 + length;
      if (this.#pending.length < total) return messages;
      messages.push(this.#pending.slice(0, total));
      this.#pending = this.#pending.slice(total);
    }
  }
}

/** Opens the socket; resolves when it is bound, connected or through its TLS handshake. */
export function openProbeTransport(
  options: ProbeTransportOptions,
  onMessage: (text: string) => void,
): Promise<ProbeTransport> {
  return options.protocol === 'UDP' ? openUdp(options, onMessage) : openStream(options, onMessage);
}

async function openUdp(options: ProbeTransportOptions, onMessage: (text: string) => void): Promise<ProbeTransport> {
  const { host, port, localAddress = '127.0.0.1' } = options;
  const socket = createSocket('udp4');
  socket.on('message', (bytes) => onMessage(bytes.toString('latin1')));
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.bind(0, localAddress, resolve));
  let open = true;
  return {
    localAddress,
    localPort: socket.address().port,
    tlsProtocol: undefined,
    closed: false,
    send: (bytes) => socket.send(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, port, host),
    close: () => {
      if (open) socket.close();
      open = false;
    },
  };
}

async function openStream(options: ProbeTransportOptions, onMessage: (text: string) => void): Promise<ProbeTransport> {
  const { host, port, localAddress = '127.0.0.1', protocol, tlsVersion } = options;
  const framing = new StreamFraming();
  const versions = tlsVersion === undefined ? {} : { minVersion: tlsVersion, maxVersion: tlsVersion };
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened: Socket =
      protocol === 'TCP'
        ? connectTcp({ host, port, localAddress }, () => resolve(opened))
        : connectTls({ host, port, rejectUnauthorized: false, ...versions }, () => resolve(opened));
    opened.once('error', reject);
  });
  let closed = false;
  socket.on('data', (bytes) => {
    for (const text of framing.push(Buffer.from(bytes as Buffer).toString('latin1'))) onMessage(text);
  });
  socket.on('error', () => {});
  socket.once('close', () => {
    closed = true;
  });
  return {
    localAddress,
    localPort: socket.localPort ?? 0,
    tlsProtocol: socket instanceof TLSSocket ? (socket.getProtocol() ?? undefined) : undefined,
    get closed() {
      return closed;
    },
    send: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    close: () => socket.destroy(),
  };
}
