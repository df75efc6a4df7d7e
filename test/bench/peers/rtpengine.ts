import { createSocket, type Socket } from 'node:dgram';
import { findProgram, freePort, RunningProcess } from '@manyline/testkit';
import { CpuAccount } from '../cpu-account.ts';
import { type Bencoded, decodeBencode, encodeBencode } from './bencode.ts';
import { type RelaySubject, rtpPorts } from './relay-subject.ts';

type Reply = { readonly result?: string; readonly sdp?: string; readonly 'error-reason'?: string };

/** The client side of rtpengine's ng protocol: a cookie, a space, a bencoded dictionary, over UDP. */
class NgClient {
  readonly #socket: Socket;
  readonly #port: number;
  readonly #waiting = new Map<string, (reply: Reply) => void>();
  #nextCookie = 1;

  constructor(port: number) {
    this.#port = port;
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (bytes) => {
      const space = bytes.indexOf(' ');
      const cookie = bytes.toString('latin1', 0, space);
      this.#waiting.get(cookie)?.(decodeBencode(bytes.subarray(space + 1)) as Reply);
      this.#waiting.delete(cookie);
    });
  }

  async ask(command: Record<string, Bencoded>, timeoutMs = 3000): Promise<Reply> {
    const cookie = `bench${this.#nextCookie++}`;
    const reply = new Promise<Reply>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`rtpengine did not answer ${String(command.command)}`)),
        timeoutMs,
      );
      this.#waiting.set(cookie, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
    this.#socket.send(`${cookie} ${encodeBencode(command)}`, this.#port, '127.0.0.1');
    const answer = await reply;
    if (answer.result !== 'ok' && answer.result !== 'pong') {
      throw new Error(`rtpengine refused ${String(command.command)}: ${answer['error-reason'] ?? answer.result}`);
    }
    return answer;
  }

  close(): void {
    this.#socket.close();
  }
}

function sdpFor(port: number): string {
  const lines = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
  return `${[...lines, `m=audio ${port} RTP/AVP 0`, 'a=rtpmap:0 PCMU/8000', 'a=sendrecv'].join('\r\n')}\r\n`;
}

function portOf(reply: Reply): number {
  const match = /^m=audio (\d+) /m.exec(reply.sdp ?? '');
  if (match === null) throw new Error('rtpengine gave no audio port');
  return Number(match[1]);
}

/** The control port opens a moment after the start: asks until it answers. */
async function pingUntilUp(client: NgClient, rtpengine: RunningProcess): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if (rtpengine.ended) throw new Error(`rtpengine ended at once: ${rtpengine.output}`);
    try {
      await client.ask({ command: 'ping' }, 200);
      return;
    } catch {
      // Not up yet.
    }
  }
  throw new Error(`rtpengine does not answer: ${rtpengine.output}`);
}

/** Starts rtpengine in user space (no kernel table), two worker threads, and opens calls by offer and answer. */
export async function startRtpengine(): Promise<RelaySubject> {
  const controlPort = await freePort();
  const rtpengine = RunningProcess.spawn(findProgram('rtpengine') ?? 'rtpengine', [
    ...['--table=-1', '--interface=127.0.0.1', `--listen-ng=127.0.0.1:${controlPort}`, '--num-threads=2'],
    ...[`--port-min=${rtpPorts.first}`, `--port-max=${rtpPorts.last}`, '--foreground', '--log-stderr', '--log-level=3'],
    ...['--timeout=60', '--silent-timeout=120', '--config-file=none'],
  ]);
  const client = new NgClient(controlPort);
  await pingUntilUp(client, rtpengine);
  const open: string[] = [];
  return {
    name: 'rtpengine',
    cpu: new CpuAccount(rtpengine.pid, () => 'rtpengine'),
    openCall: async (partyAPort, partyBPort) => {
      const id = `call-${open.length}-${partyAPort}`;
      const common = { 'call-id': id, 'from-tag': 'a', replace: ['origin'], ICE: 'remove' };
      const offer = await client.ask({ ...common, command: 'offer', sdp: sdpFor(partyAPort) });
      open.push(id);
      const answer = await client.ask({ ...common, command: 'answer', 'to-tag': 'b', sdp: sdpFor(partyBPort) });
      return { portTowardsA: portOf(answer), portTowardsB: portOf(offer) };
    },
    closeCalls: async () => {
      for (const id of open.splice(0)) {
        await client.ask({ command: 'delete', 'call-id': id, 'from-tag': 'a', 'delete-delay': 0 });
      }
    },
    stop: async () => {
      client.close();
      await rtpengine.stop();
    },
  };
}
