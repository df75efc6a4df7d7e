/** What a stranger may send at most; beyond it a message is refused whole. */
export const messageLimits = {
  /** Bytes of a message with its body; also the largest UDP datagram. */
  messageBytes: 65_536,
  headerFields: 200,
  /** Bytes of the start line, and of one header field with its folded lines. */
  lineBytes: 8_192,
} as const;
