/** Why something from or to the network was dropped, refused or ended: stable words, used as metric labels. */
export type DiscardReason =
  // Datagrams and messages.
  | 'keep-alive'
  | 'stun'
  | 'not-sip'
  | 'bad-source-port'
  | 'handler-failed'
  | 'send-failed'
  | 'datagram-too-large'
  // Streams that broke the framing rules.
  | 'header-block-too-large'
  | 'content-length-missing'
  | 'content-length-invalid'
  | 'content-length-conflict'
  | 'content-length-too-large'
  // Connections.
  | 'header-timeout'
  | 'body-timeout'
  | 'idle-timeout'
  | 'tls-handshake-timeout'
  | 'tls-handshake-failed'
  | 'connect-timeout'
  | 'connect-failed'
  | 'connection-error'
  | 'connection-limit'
  | 'connection-limit-address'
  | 'send-queue-full'
  | 'accept-failed';
