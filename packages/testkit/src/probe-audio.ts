import { createSocket, type Socket } from 'node:dgram';
import { eventually } from './eventually.ts';

const PACKET_MS = 20;

/** The RTP side of a probe: sends G.711 packets with a mark of its own, and knows whose marks came. */
export class ProbeAudio {
  readonly #socket: Socket;
  readonly #mark: number;
  readonly #heard = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;
  #sequence = 0;

  private constructor(socket: Socket, mark: number) {
    this.#socket = socket;
    this.#mark = mark;
    socket.on('message', (packet) => {
      const from = packet.length === 172 ? packet[12]! : -1;
      this.#heard.set(from, (this.#heard.get(from) ?? 0) + 1);
    });
    socket.on('error', () => {});
  }

  /** `mark`, 0 to 255, is the voice: every octet of what it sends. */
  static async open(mark: number): Promise<ProbeAudio> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new ProbeAudio(socket, mark);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Sends to the address of the first audio line of this SDP from now on, in place of an earlier one. */
  talkTo(sdp: string): void {
    const port = Number(/^m=audio (\d+) /m.exec(sdp)?.[1]);
    const host = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1] ?? '127.0.0.1';
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      this.#sequence = (this.#sequence + 1) & 0xffff;
      const packet = Buffer.alloc(172, this.#mark);
      packet[0] = 0x80;
      packet[1] = 0;
      packet.writeUInt16BE(this.#sequence, 2);
      packet.writeUInt32BE(this.#sequence * 160, 4);
      packet.writeUInt32BE(0x5000 + this.#mark, 8);
      this.#socket.send(packet, port, host);
    }, PACKET_MS);
  }

  /** Packets of this voice that came so far. */
  heard(mark: number): number {
    return this.#heard.get(mark) ?? 0;
  }

  /** Waits for some more packets of this voice. */
  async waitHears(mark: number, timeoutMs = 3000): Promise<void> {
    const before = this.heard(mark);
    await eventually(`voice ${mark} is heard`, () => this.heard(mark) >= before + 5, timeoutMs);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }
}
