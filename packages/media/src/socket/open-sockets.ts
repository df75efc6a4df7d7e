import type { DatagramSockets } from './datagram-socket.ts';
import { loadLibc } from './libc.ts';
import { LinuxSockets } from './linux-sockets.ts';
import { NodeSockets } from './node-sockets.ts';

/** `auto` takes Linux' own calls where they can be used, else node:dgram. */
export type SocketKind = 'auto' | 'linux' | 'node';

export interface OpenedSockets {
  readonly kind: 'linux' | 'node';
  readonly sockets: DatagramSockets;
  /** See `wake`; undefined when the thread's event loop needs no waking. */
  readonly wakeFd: number | undefined;
}

/**
 * The sockets of a thread that does nothing else. `host` is the IP address to bind to. While legs are open the thread
 * may wait for datagrams up to `longestWaitMs` at a time: whoever posts a message to it must `wake` it then.
 */
export function openSockets(host: string, kind: SocketKind = 'auto', longestWaitMs = 100): OpenedSockets {
  const libc = kind === 'node' ? undefined : loadLibc();
  if (libc === undefined) {
    if (kind === 'linux') throw new Error('the relay cannot use node:ffi here');
    return { kind: 'node', sockets: new NodeSockets(host), wakeFd: undefined };
  }
  const sockets = new LinuxSockets({ host, libc, longestWaitMs });
  return { kind: 'linux', sockets, wakeFd: sockets.wakeFd };
}

const one = new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]);

/** Ends the wait of the thread that `wakeFd` belongs to, so that it reads its messages. */
export function wake(wakeFd: number | undefined): void {
  if (wakeFd !== undefined) loadLibc()?.write(wakeFd, one, 8);
}
