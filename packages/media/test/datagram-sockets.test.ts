/** What every kind of DatagramSockets does alike. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatagramSocket, DatagramSockets } from '../src/socket/datagram-socket.ts';
import { bestSocketKind, openSockets, type SocketKind } from '../src/socket/open-sockets.ts';
import { UdpPeer } from './udp-peer.ts';

const kinds: SocketKind[] = bestSocketKind() === 'linux' ? ['linux', 'node'] : ['node'];
const PORT = 30_900;

describe.each(kinds)('%s sockets', (kind) => {
  let sockets: DatagramSockets;
  let peer: UdpPeer;

  beforeEach(async () => {
    sockets = openSockets('0.0.0.0', kind);
    peer = await UdpPeer.open('127.0.0.7');
  });

  afterEach(() => {
    sockets.close();
    peer.close();
  });

  function open(port = PORT): DatagramSocket {
    const opened = sockets.open(port);
    if (!opened.ok) throw new Error(opened.error.code);
    return opened.value;
  }

  /** The next datagram of a socket, copied, and what the socket says of it. */
  function next(socket: DatagramSocket): Promise<{ text: string; fromPeer: boolean; source: object }> {
    return new Promise((resolve) => {
      socket.onDatagram = (bytes, length, fromPeer) => {
        resolve({ text: Buffer.from(bytes.subarray(0, length)).toString(), fromPeer, source: socket.source() });
      };
    });
  }

  it('receives, names the source, and sends what it received on to its peer', async () => {
    const socket = open();
    const datagram = next(socket);
    await peer.send(PORT, Buffer.from('hello'));

    expect(await datagram).toEqual({
      text: 'hello',
      fromPeer: false,
      source: { address: '127.0.0.7', port: peer.port },
    });

    socket.setPeer(peer);
    socket.onDatagram = (bytes, length) => socket.send(bytes, length);
    await peer.send(PORT, Buffer.from('echo, please'));
    expect((await peer.receivedCount(1)).map(String)).toEqual(['echo, please']);
    expect(peer.receivedFrom).toEqual([PORT]);
  });

  it('tells its peer from others at the same address or port', async () => {
    const socket = open();
    const other = await UdpPeer.open('127.0.0.7');
    const samePort = await UdpPeer.open('127.0.0.8', peer.port);
    socket.setPeer(peer);
    try {
      for (const [from, fromPeer] of [
        [peer, true],
        [other, false],
        [samePort, false],
      ] as const) {
        const datagram = next(socket);
        await from.send(PORT, Buffer.from('x'));
        expect(await datagram).toMatchObject({ fromPeer });
      }
    } finally {
      other.close();
      samePort.close();
    }
  });

  it('sends bytes of its own', async () => {
    const socket = open();
    socket.setPeer(peer);

    expect(socket.send(Buffer.from('of my own, and more'), 9)).toBe(true);
    expect((await peer.receivedCount(1)).map(String)).toEqual(['of my own']);
  });

  it('sends nothing without a peer', () => {
    const socket = open();
    expect(socket.send(Buffer.from('x'), 1)).toBe(false);

    socket.setPeer(peer);
    socket.setPeer(undefined);
    expect(socket.send(Buffer.from('x'), 1)).toBe(false);
  });

  it('reports a port that is taken, and opens it after it was closed', () => {
    const socket = open();
    expect(sockets.open(PORT)).toEqual({ ok: false, error: { code: 'EADDRINUSE' } });

    socket.close();
    socket.close();
    expect(sockets.open(PORT).ok).toBe(true);
  });

  it('closes all sockets with close, which may be called twice', () => {
    const first = open();
    open(PORT + 1);
    sockets.close();
    sockets.close();

    expect(first.send(Buffer.from('x'), 1)).toBe(false);
    sockets = openSockets('0.0.0.0', kind);
    expect(sockets.open(PORT).ok).toBe(true);
    expect(sockets.open(PORT + 1).ok).toBe(true);
  });

  it('leaves no socket out when many are ready at once, many times over', async () => {
    const opened = Array.from({ length: 40 }, (_, index) => open(PORT + index));
    for (const socket of opened) {
      socket.setPeer(peer);
      socket.onDatagram = (bytes, length) => socket.send(bytes, length);
    }
    for (let round = 0; round < 25; round++) {
      for (const { port } of opened) await peer.send(port, Buffer.from(`${port}`));
      await peer.receivedCount((round + 1) * opened.length);
    }

    for (const { port } of opened) {
      expect(peer.received.filter((bytes) => bytes.toString() === `${port}`)).toHaveLength(25);
    }
  });

  it('lets timers and other sockets of the thread run while it waits', async () => {
    open();
    const timer = new Promise((resolve) => setTimeout(resolve, 5, 'timer'));
    const echo = await UdpPeer.open();
    await echo.send(echo.port, Buffer.from('loop'));

    expect(await timer).toBe('timer');
    expect((await echo.receivedCount(1)).map(String)).toEqual(['loop']);
    echo.close();
  });

  it('speaks IPv6, and IPv4 through the same socket', async () => {
    const dual = openSockets('::', kind);
    const opened = dual.open(PORT + 50);
    if (!opened.ok) throw new Error(opened.error.code);
    const ipv6 = await UdpPeer.open('::1');
    try {
      for (const from of [peer, ipv6]) {
        opened.value.setPeer(from);
        const datagram = next(opened.value);
        await from.send(PORT + 50, Buffer.from('v6?'));
        expect(await datagram).toEqual({
          text: 'v6?',
          fromPeer: true,
          source: { address: from.address, port: from.port },
        });
        expect(opened.value.send(Buffer.from('yes'), 3)).toBe(true);
        expect((await from.receivedCount(1)).map(String)).toEqual(['yes']);
      }
    } finally {
      dual.close();
      ipv6.close();
    }
  });
});
