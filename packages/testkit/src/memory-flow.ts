/**
 * One end of a link in memory: what is sent here arrives at `peer.onBytes` in a later microtask. It has the shape of a
 * SIP Flow, so that user agents can talk to each other without sockets.
 */
export class MemoryFlow {
  readonly id: string;
  readonly protocol: 'UDP' | 'TCP';
  readonly reliable: boolean;
  readonly localAddress: string;
  readonly localPort = 5060;
  readonly remoteAddress: string;
  readonly remotePort = 5060;
  open = true;
  /** Everything sent, as text. */
  readonly sent: string[] = [];
  /** A message that this refuses is lost on the way. */
  passes: (text: string) => boolean = () => true;
  onBytes: (bytes: Buffer) => void = () => {};
  peer: MemoryFlow | undefined;

  constructor(localAddress: string, remoteAddress: string, protocol: 'UDP' | 'TCP') {
    this.protocol = protocol;
    this.reliable = protocol === 'TCP';
    this.id = `memory/${localAddress}/${remoteAddress}`;
    this.localAddress = localAddress;
    this.remoteAddress = remoteAddress;
  }

  send(bytes: Buffer): boolean {
    if (!this.open) return false;
    const text = bytes.toString('latin1');
    this.sent.push(text);
    if (this.passes(text)) queueMicrotask(() => this.peer?.onBytes(Buffer.from(bytes)));
    return true;
  }

  responseFlow(): this {
    return this;
  }

  keepOpen(): void {}

  close(): void {
    this.open = false;
  }

  /** The start lines of what was sent. */
  get startLines(): string[] {
    return this.sent.map((text) => text.slice(0, text.indexOf('\r\n')));
  }
}

/** A link between two addresses. */
export function memoryLink(
  addressA: string,
  addressB: string,
  protocol: 'UDP' | 'TCP' = 'UDP',
): [MemoryFlow, MemoryFlow] {
  const a = new MemoryFlow(addressA, addressB, protocol);
  const b = new MemoryFlow(addressB, addressA, protocol);
  a.peer = b;
  b.peer = a;
  return [a, b];
}

/** Resolves when all that is under way in memory has arrived and been answered. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
