/** The fields of RTP and RTCP headers that a relay looks at (RFC 3550 §5.1, §6.4), read in place. */

const RTP_HEADER_BYTES = 12;
const RTCP_MIN_BYTES = 8;
/** What fits into one Ethernet frame. */
const MAX_PACKET_BYTES = 1500;

/** Version 2 and long enough, and not RTCP on the RTP port (packet types 192–223, RFC 5761 §4). */
export function isRtp(bytes: Uint8Array, length: number): boolean {
  if (length < RTP_HEADER_BYTES || length > MAX_PACKET_BYTES || bytes[0]! >> 6 !== 2) return false;
  const packetType = bytes[1]!;
  return packetType < 192 || packetType > 223;
}

/** Version 2, long enough, and a packet type of RTCP. */
export function isRtcp(bytes: Uint8Array, length: number): boolean {
  if (length < RTCP_MIN_BYTES || length > MAX_PACKET_BYTES || bytes[0]! >> 6 !== 2) return false;
  const packetType = bytes[1]!;
  return packetType >= 192 && packetType <= 223;
}

export function payloadTypeOf(bytes: Uint8Array): number {
  return bytes[1]! & 0x7f;
}

export function sequenceOf(bytes: Uint8Array): number {
  return (bytes[2]! << 8) | bytes[3]!;
}

export function timestampOf(bytes: Uint8Array): number {
  return ((bytes[4]! << 24) | (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!) >>> 0;
}

export function ssrcOf(bytes: Uint8Array): number {
  return ((bytes[8]! << 24) | (bytes[9]! << 16) | (bytes[10]! << 8) | bytes[11]!) >>> 0;
}
