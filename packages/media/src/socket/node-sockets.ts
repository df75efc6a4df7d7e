import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { err, ok, type Result } from '@manyline/kernel';
import type { Endpoint } from '../endpoint.ts';
import { canonicalAddress } from '../ip-address.ts';
import type { DatagramHandler, DatagramSocket, DatagramSockets, SocketFailure } from './datagram-socket.ts';
import { LoadGauge } from './load-gauge.ts';

/** Datagram sockets over node:dgram: for every platform. */
export class NodeSockets implements DatagramSockets {
  readonly #host: string;
  readonly #gauge = new LoadGauge();
  readonly #open = new Set<NodeSocket>();
  #napPlanned = false;

  /** `host` is the IP address to bind to; `::` hears IPv4 as well. */
  constructor(host: string) {
    this.#host = host;
  }

  open(port: number): Result<DatagramSocket, SocketFailure> {
    const opened = NodeSocket.open(this.#host, port, this.#onPacket, (closed) => this.#open.delete(closed));
    if (opened.ok) this.#open.add(opened.value);
    return opened;
  }

  close(): void {
    for (const socket of this.#open) socket.close();
  }

  readonly #onPacket = (): void => {
    this.#gauge.add(1, performance.now());
    if (!this.#gauge.busy || this.#napPlanned) return;
    this.#napPlanned = true;
    setImmediate(this.#nap);
  };

  readonly #nap = (): void => {
    this.#napPlanned = false;
    if (this.#open.size > 0) this.#gauge.nap();
  };
}

const discard: DatagramHandler = () => {};

class NodeSocket implements DatagramSocket {
  readonly port: number;
  onDatagram: DatagramHandler = discard;
  readonly #socket: Socket;
  readonly #ipv6: boolean;
  readonly #onClose: (socket: NodeSocket) => void;
  #from: RemoteInfo | undefined;
  /** As rinfo writes it: IPv4 on an IPv6 socket is mapped. */
  #peerAddress = '';
  #peerPort = 0;
  #closed = false;

  private constructor(
    socket: Socket,
    port: number,
    ipv6: boolean,
    onPacket: () => void,
    onClose: (socket: NodeSocket) => void,
  ) {
    this.#socket = socket;
    this.port = port;
    this.#ipv6 = ipv6;
    this.#onClose = onClose;
    socket.on('message', (bytes: Uint8Array, from: RemoteInfo) => {
      this.#from = from;
      this.onDatagram(bytes, bytes.length, from.port === this.#peerPort && from.address === this.#peerAddress);
      onPacket();
    });
  }

  /** Binds within the call, because the address needs no look-up. */
  static open(
    host: string,
    port: number,
    onPacket: () => void,
    onClose: (socket: NodeSocket) => void,
  ): Result<NodeSocket, SocketFailure> {
    const ipv6 = isIPv6(host);
    const type = ipv6 ? 'udp6' : 'udp4';
    const socket = createSocket({ type, lookup: (address, _options, found) => found(null, address, ipv6 ? 6 : 4) });
    let failure: (Error & { code?: string }) | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.bind({ address: host, port, exclusive: true });
    const bound = boundPort(socket);
    if (failure !== undefined || bound === 0) {
      socket.close();
      return err({ code: failure?.code ?? 'EADDRINUSE' });
    }
    return ok(new NodeSocket(socket, bound, ipv6, onPacket, onClose));
  }

  setPeer(peer: Endpoint | undefined): void {
    this.#peerPort = peer?.port ?? 0;
    this.#peerAddress = peer === undefined ? '' : this.#written(peer.address);
  }

  source(): Endpoint {
    const from = this.#from!;
    return { address: canonicalAddress(from.address) ?? from.address, port: from.port };
  }

  send(bytes: Uint8Array, length: number): boolean {
    if (this.#peerPort === 0 || this.#closed) return false;
    try {
      this.#socket.send(bytes, 0, length, this.#peerPort, this.#peerAddress, ignoreSendError);
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
    this.#onClose(this);
  }

  #written(address: string): string {
    return this.#ipv6 && !address.includes(':') ? `::ffff:${address}` : address;
  }
}

/** 0 when it is not bound. */
function boundPort(socket: Socket): number {
  try {
    return socket.address().port;
  } catch {
    return 0;
  }
}

function ignoreSendError(): void {}
