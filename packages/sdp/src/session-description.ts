/** One `a=` line: a property (`sendrecv`) has no value, a value attribute (`rtpmap:0 PCMU/8000`) has one. */
export interface SdpAttribute {
  readonly name: string;
  readonly value: string | undefined;
}

/** One `c=` line (RFC 8866 §5.7). `address` is as written, without TTL or count. */
export interface SdpConnection {
  readonly addressType: 'IP4' | 'IP6';
  readonly address: string;
}

/** The `o=` line (RFC 8866 §5.2); the numbers stay text, because they may exceed 2^53. */
export interface SdpOrigin {
  readonly username: string;
  readonly sessionId: string;
  readonly sessionVersion: string;
  readonly addressType: 'IP4' | 'IP6';
  readonly address: string;
}

/** One `b=` line (RFC 8866 §5.8). */
export interface SdpBandwidth {
  readonly type: string;
  readonly value: number;
}

/** One `m=` line with what belongs to it (RFC 8866 §5.14). */
export interface MediaDescription {
  /** `audio`, `video`, `image`, …, lower case. */
  readonly media: string;
  /** 0 rejects or disables the stream. */
  readonly port: number;
  /** As written: `RTP/AVP`, `UDP/TLS/RTP/SAVPF`, … */
  readonly protocol: string;
  /** Payload types or other formats, as written and in the peer's order. */
  readonly formats: readonly string[];
  readonly connection: SdpConnection | undefined;
  readonly bandwidths: readonly SdpBandwidth[];
  readonly attributes: readonly SdpAttribute[];
}

export interface SessionDescriptionFields {
  readonly origin: SdpOrigin;
  readonly sessionName: string;
  readonly connection: SdpConnection | undefined;
  readonly bandwidths: readonly SdpBandwidth[];
  /** The value of the first `t=` line. */
  readonly timing: string;
  readonly attributes: readonly SdpAttribute[];
  readonly media: readonly MediaDescription[];
}

/** A session description (RFC 8866), immutable. Lines that we have no use for (i=, u=, e=, p=, r=, z=, k=) are not kept. */
export class SessionDescription implements SessionDescriptionFields {
  readonly origin: SdpOrigin;
  readonly sessionName: string;
  readonly connection: SdpConnection | undefined;
  readonly bandwidths: readonly SdpBandwidth[];
  readonly timing: string;
  readonly attributes: readonly SdpAttribute[];
  readonly media: readonly MediaDescription[];

  constructor(fields: SessionDescriptionFields) {
    this.origin = fields.origin;
    this.sessionName = fields.sessionName;
    this.connection = fields.connection;
    this.bandwidths = fields.bandwidths;
    this.timing = fields.timing;
    this.attributes = fields.attributes;
    this.media = fields.media;
  }

  /** The text for the wire, lines ended by CRLF, in the order of RFC 8866 §5. */
  toString(): string {
    const { origin } = this;
    let text = `v=0\r\no=${origin.username} ${origin.sessionId} ${origin.sessionVersion} IN ${origin.addressType} ${origin.address}\r\n`;
    text += `s=${this.sessionName}\r\n`;
    text += connectionLine(this.connection);
    text += bandwidthLines(this.bandwidths);
    text += `t=${this.timing}\r\n`;
    text += attributeLines(this.attributes);
    for (const media of this.media) {
      text += `m=${media.media} ${media.port} ${media.protocol} ${media.formats.join(' ')}\r\n`;
      text += connectionLine(media.connection);
      text += bandwidthLines(media.bandwidths);
      text += attributeLines(media.attributes);
    }
    return text;
  }
}

function connectionLine(connection: SdpConnection | undefined): string {
  return connection === undefined ? '' : `c=IN ${connection.addressType} ${connection.address}\r\n`;
}

function bandwidthLines(bandwidths: readonly SdpBandwidth[]): string {
  let text = '';
  for (const bandwidth of bandwidths) text += `b=${bandwidth.type}:${bandwidth.value}\r\n`;
  return text;
}

function attributeLines(attributes: readonly SdpAttribute[]): string {
  let text = '';
  for (const { name, value } of attributes) text += value === undefined ? `a=${name}\r\n` : `a=${name}:${value}\r\n`;
  return text;
}
