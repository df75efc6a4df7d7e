/** One end of the byte stream between a client and the media process; src/socket makes them. */
export interface ControlConnection {
  onData: (chunk: Buffer) => void;
  /** Called once, also after `close`. */
  onClose: () => void;
  /** Bytes sent in one turn of the event loop leave together. */
  send(bytes: Buffer): void;
  /** May be called twice. */
  close(): void;
}
