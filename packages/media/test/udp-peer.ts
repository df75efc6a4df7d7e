import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A phone's media socket, or an attacker's, at an address of its own. */
export class UdpPeer {
  readonly address: string;
  readonly port: number;
  readonly received: Buffer[] = [];
  /** The port that each came from. */
  readonly receivedFrom: number[] = [];
  readonly #socket: Socket;
  #arrived = Promise.withResolvers<void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.address = socket.address().address;
    this.port = socket.address().port;
    socket.on('message', (bytes, from) => {
      this.received.push(bytes);
      this.receivedFrom.push(from.port);
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers();
    });
  }

  static async open(address = '127.0.0.1', port = 0): Promise<UdpPeer> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.bind(port, address);
    await once(socket, 'listening');
    return new UdpPeer(socket);
  }

  /** The datagrams leave in order. */
  async send(port: number, ...datagrams: Uint8Array[]): Promise<void> {
    const host = this.address.includes(':') ? '::1' : '127.0.0.1';
    for (const bytes of datagrams) {
      await new Promise<void>((resolve, reject) => {
        this.#socket.send(bytes, port, host, (error) => (error === null ? resolve() : reject(error)));
      });
    }
  }

  /** Resolves when `count` datagrams have come in all. */
  async receivedCount(count: number): Promise<Buffer[]> {
    while (this.received.length < count) await this.#arrived.promise;
    return this.received;
  }

  close(): void {
    this.#socket.close();
  }
}

/** An RTP packet of payload type 0; the payload is the text. */
export function rtp(sequence: number, text = 'sound', ssrc = 0xfeedface): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE((sequence * 160) >>> 0, 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, Buffer.from(text)]);
}

/** An RTCP receiver report without blocks (RFC 3550 §6.4.2). */
export function rtcp(ssrc = 0xfeedface): Buffer {
  const packet = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 0]);
  packet.writeUInt32BE(ssrc, 4);
  return packet;
}
