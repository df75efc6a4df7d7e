import { createSocket, type Socket } from 'node:dgram';
import { DelayHistogram } from './delay-histogram.ts';
import type { RelayedCall } from './peers/relay-subject.ts';

const PACKET_INTERVAL_MS = 20;
const RTP_BYTES = 172;
const TIMESTAMP_STEP = 160;
/** Several parties share a socket, so that one event loop keeps pace; each still has its own ports at the relay. */
const SOCKETS_A_SIDE = 16;
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024;
const DRAIN_MS = 700;

/** Offsets of our marks in the RTP payload: who sent it, in the measured window or not, and when. */
const LEG_OFFSET = 12;
const MEASURED_OFFSET = 16;
const SENT_AT_OFFSET = 20;

export interface RelayLoadResult {
  /** In the measured window, by all parties. */
  readonly sent: number;
  readonly received: number;
  /** Packets that came to another party than the one they were meant for. */
  readonly misdelivered: number;
  readonly silentLegs: number;
  readonly p50DelayMs: number;
  readonly p99DelayMs: number;
  /** How late the generator itself sent: beyond some ms the delays are its own. */
  readonly p99LatenessMs: number;
}

interface Leg {
  readonly socket: Socket;
  readonly port: number;
  readonly packet: Buffer;
  /** Next due time on the clock of `performance.now()`. */
  dueAt: number;
  sequence: number;
  received: number;
}

/** Sends G.711 packets of 20 ms both ways through a relay and looks at what arrives where and when. One thread. */
export class RelayLoad {
  readonly #sockets: Socket[] = [];
  readonly #legs: Leg[] = [];
  /** The leg whose packet is due next. */
  #next = 0;
  #measuring = false;
  #sent = 0;
  #received = 0;
  #misdelivered = 0;
  #delays = new DelayHistogram();
  #lateness = new DelayHistogram();

  /** Opens the parties' sockets. */
  async open(): Promise<void> {
    for (let index = 0; index < SOCKETS_A_SIDE * 2; index += 1) {
      // The default look-up costs a turn of the event loop for each packet.
      const socket = createSocket({
        type: 'udp4',
        recvBufferSize: RECEIVE_BUFFER_BYTES,
        lookup: (host, _options, callback) => callback(null, host, 4),
      });
      await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
      socket.on('message', (packet) => this.#onPacket(packet, index));
      socket.on('error', () => {});
      this.#sockets.push(socket);
    }
  }

  /** The ports on which the parties of the `index`th call receive. */
  portsOf(index: number): { a: number; b: number } {
    const { a, b } = this.#socketsOf(index);
    return { a: a.address().port, b: b.address().port };
  }

  #socketsOf(index: number): { a: Socket; b: Socket } {
    const slot = (index % SOCKETS_A_SIDE) * 2;
    return { a: this.#sockets[slot]!, b: this.#sockets[slot + 1]! };
  }

  /** Adds both parties of a call that the relay has opened. */
  addCall(index: number, call: RelayedCall): void {
    const { a, b } = this.#socketsOf(index);
    this.#addLeg(a, call.portTowardsA);
    this.#addLeg(b, call.portTowardsB);
  }

  #addLeg(socket: Socket, port: number): void {
    const packet = Buffer.alloc(RTP_BYTES, 0xff);
    packet[0] = 0x80;
    packet[1] = 0;
    packet.writeUInt32BE(0x1000_0000 + this.#legs.length, 8);
    packet.writeUInt32BE(this.#legs.length, LEG_OFFSET);
    this.#legs.push({ socket, port, packet, dueAt: 0, sequence: 0, received: 0 });
  }

  /** Sends for `warmUpMs`, then runs `measure` around `measuredMs` of the same load. */
  async run(
    warmUpMs: number,
    measuredMs: number,
    measure: (window: () => Promise<void>) => Promise<void>,
  ): Promise<RelayLoadResult> {
    const start = performance.now();
    for (const [index, leg] of this.#legs.entries()) {
      leg.dueAt = start + (index * PACKET_INTERVAL_MS) / this.#legs.length;
      leg.received = 0;
    }
    let sending = true;
    const tick = (): void => {
      if (!sending) return;
      this.#sendDue(performance.now());
      // No timer: its steps of a millisecond would send in bursts, which no crowd of phones does.
      setImmediate(tick);
    };
    tick();
    await pause(warmUpMs);
    await measure(async () => {
      this.#measuring = true;
      await pause(measuredMs);
      this.#measuring = false;
    });
    await pause(DRAIN_MS);
    sending = false;
    return {
      sent: this.#sent,
      received: this.#received,
      misdelivered: this.#misdelivered,
      silentLegs: this.#legs.filter((leg) => leg.received === 0).length,
      p50DelayMs: this.#delays.quantile(0.5),
      p99DelayMs: this.#delays.quantile(0.99),
      p99LatenessMs: this.#lateness.quantile(0.99),
    };
  }

  /** Legs come due in turn, in the order of their phase; sends what has become due and no more. */
  #sendDue(now: number): void {
    for (;;) {
      const leg = this.#legs[this.#next]!;
      if (leg.dueAt > now) return;
      this.#next = (this.#next + 1) % this.#legs.length;
      const { packet } = leg;
      leg.sequence = (leg.sequence + 1) & 0xffff;
      packet.writeUInt16BE(leg.sequence, 2);
      packet.writeUInt32BE((leg.sequence * TIMESTAMP_STEP) >>> 0, 4);
      packet[MEASURED_OFFSET] = this.#measuring ? 1 : 0;
      packet.writeDoubleBE(performance.now(), SENT_AT_OFFSET);
      leg.socket.send(packet, leg.port, '127.0.0.1');
      if (this.#measuring) {
        this.#sent += 1;
        this.#lateness.add(now - leg.dueAt);
      }
      leg.dueAt += PACKET_INTERVAL_MS;
    }
  }

  #onPacket(packet: Buffer, socketIndex: number): void {
    if (packet.length !== RTP_BYTES || packet[MEASURED_OFFSET] !== 1) return;
    const senderIndex = packet.readUInt32BE(LEG_OFFSET);
    const receiver = this.#legs[senderIndex ^ 1];
    if (receiver === undefined || receiver.socket !== this.#sockets[socketIndex]) {
      this.#misdelivered += 1;
      return;
    }
    receiver.received += 1;
    this.#received += 1;
    this.#delays.add(performance.now() - packet.readDoubleBE(SENT_AT_OFFSET));
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.close();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
