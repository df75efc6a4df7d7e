import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The far end of a TCP or TLS connection: collects what arrives as text, and knows when it is over. */
export class StreamPeer {
  readonly socket: Socket;
  readonly #changed = new EventEmitter();
  received = '';
  closed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1');
      this.#changed.emit('change');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.#changed.emit('change');
    });
  }

  static async connect(port: number): Promise<StreamPeer> {
    const peer = new StreamPeer(connect({ host: '127.0.0.1', port }));
    await once(peer.socket, 'connect');
    return peer;
  }

  write(text: string): void {
    this.socket.write(Buffer.from(text, 'latin1'));
  }

  /** Ends when `condition` holds, looking again whenever something arrives; the test's own time-out bounds it. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#changed, 'change');
  }

  close(): void {
    this.socket.destroy();
  }
}
