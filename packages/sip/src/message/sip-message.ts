import { Parameters } from '../uri/parameters.ts';
import type { FieldFault } from './field-fault.ts';
import type { HeaderFields } from './header-fields.ts';
import {
  CALL_ID,
  CONTACT,
  CONTENT_TYPE,
  CSEQ,
  EXPIRES,
  FROM,
  MAX_FORWARDS,
  RECORD_ROUTE,
  ROUTE,
  TO,
  VIA,
} from './header-names.ts';
import { NameAddr, parseNameAddr } from './name-addr.ts';
import { type CSeq, parseCSeq, parseDecimal } from './scalars.ts';
import { splitValues } from './split-values.ts';
import { parseVia, Via } from './via.ts';

const noAddress = new NameAddr('', '', Parameters.empty);
const none: readonly never[] = [];
const noVia = new Via('', '', undefined, Parameters.empty, '');

/** A fault and the field in which it stands. */
export interface HeaderFault extends FieldFault {
  /** The number of the header field (header-names.ts). */
  field: number;
}

/**
 * What requests and responses share: header fields in their order, a body, and typed views of the fields that every
 * layer needs. The views are read on first use and kept until a field changes. They never throw: a field that is
 * absent or malformed reads as empty ('' / [] / undefined), which happens only in messages that the program built and
 * in the unanswerable half of a SipParseError, since parseMessage refuses such messages.
 */
export abstract class SipMessage {
  readonly headers: HeaderFields;
  body: Buffer;

  #revision = -1;
  #fault: HeaderFault | undefined;
  #from: NameAddr | undefined;
  #to: NameAddr | undefined;
  #cseq: CSeq | undefined;
  #vias: readonly Via[] | undefined;
  #contacts: readonly NameAddr[] | undefined;
  #contactIsWildcard = false;
  #routes: readonly NameAddr[] | undefined;
  #recordRoutes: readonly NameAddr[] | undefined;

  protected constructor(headers: HeaderFields, body: Buffer) {
    this.headers = headers;
    this.body = body;
  }

  protected abstract startLine(): string;

  get callId(): string {
    return this.headers.first(CALL_ID) ?? '';
  }

  get cseq(): CSeq {
    this.#refresh();
    if (this.#cseq === undefined) {
      const parsed = this.headers.readFirst(CSEQ, parseCSeq);
      if (!parsed.ok) this.#note(CSEQ, parsed.error);
      this.#cseq = parsed.ok ? parsed.value : { sequence: 0, method: '' };
    }
    return this.#cseq;
  }

  get from(): NameAddr {
    this.#refresh();
    this.#from ??= this.#readAddress(FROM);
    return this.#from;
  }

  get to(): NameAddr {
    this.#refresh();
    this.#to ??= this.#readAddress(TO);
    return this.#to;
  }

  /** '' when absent. */
  get fromTag(): string {
    return this.from.tag;
  }

  /** '' when absent. */
  get toTag(): string {
    return this.to.tag;
  }

  get topVia(): Via {
    return this.vias[0] ?? noVia;
  }

  get vias(): readonly Via[] {
    this.#refresh();
    if (this.#vias === undefined) {
      this.#vias = this.headers.readEach(VIA, parseVia).map((parsed) => {
        if (parsed.ok) return parsed.value;
        this.#note(VIA, parsed.error);
        return noVia;
      });
    }
    return this.#vias;
  }

  /** Without the `*` of a wildcard. */
  get contacts(): readonly NameAddr[] {
    this.#refresh();
    if (this.#contacts === undefined) {
      this.#contactIsWildcard = this.headers.first(CONTACT) === '*' && this.headers.getAll('Contact').length === 1;
      this.#contacts = this.#contactIsWildcard ? none : this.#readAddresses(CONTACT);
    }
    return this.#contacts;
  }

  /** `Contact: *` (RFC 3261 §10.2.2); never beside other contacts in a parsed message. */
  get contactIsWildcard(): boolean {
    void this.contacts;
    return this.#contactIsWildcard;
  }

  get routes(): readonly NameAddr[] {
    this.#refresh();
    this.#routes ??= this.#readAddresses(ROUTE);
    return this.#routes;
  }

  get recordRoutes(): readonly NameAddr[] {
    this.#refresh();
    this.#recordRoutes ??= this.#readAddresses(RECORD_ROUTE);
    return this.#recordRoutes;
  }

  /** Undefined when absent. */
  get maxForwards(): number | undefined {
    return parseDecimal(this.headers.first(MAX_FORWARDS));
  }

  /** Seconds; undefined when absent or no number (RFC 3261 §20.19 leaves the default to the reader). At most 2^32-1. */
  get expires(): number | undefined {
    return parseDecimal(this.headers.first(EXPIRES));
  }

  /** The media type in lower case without parameters: `application/sdp`. */
  get contentType(): string | undefined {
    const value = this.headers.first(CONTENT_TYPE);
    if (value === undefined) return undefined;
    const semicolon = value.indexOf(';');
    return (semicolon < 0 ? value : value.slice(0, semicolon)).replaceAll(/[ \t]/g, '').toLowerCase();
  }

  /** Puts a Via on top; `value` as `formatVia` gives it. */
  addVia(value: string): void {
    this.headers.prepend('Via', value);
  }

  /** Replaces the topmost Via value, also when others stand on the same line. */
  replaceTopVia(value: string): void {
    const [, ...others] = splitValues(this.headers.first(VIA) ?? '');
    this.#refresh();
    this.headers.replaceFirst('Via', [value, ...others].join(', '));
    // Every request from behind a NAT comes here: the views of the other fields are still right.
    this.#revision = this.headers.revision;
    this.#vias = undefined;
  }

  /** Removes the topmost Via value, also when others stand on the same line. */
  removeTopVia(): void {
    const [, ...others] = splitValues(this.headers.first(VIA) ?? '');
    if (others.length > 0) this.headers.replaceFirst('Via', others.join(', '));
    else this.headers.removeFirst('Via');
  }

  /** The message as it goes on the wire, with the Content-Length of its body. */
  toBytes(): Buffer {
    const head = this.startLine() + this.headers.toText(this.body.length);
    const bytes = Buffer.allocUnsafe(head.length + this.body.length);
    bytes.write(head, 0, head.length, 'latin1');
    if (this.body.length > 0) bytes.set(this.body, head.length);
    return bytes;
  }

  /** For the parser: reads every field whose views must hold, and returns the first fault. */
  findHeaderFault(): HeaderFault | undefined {
    this.#fault = undefined;
    void this.vias;
    void this.from;
    void this.to;
    void this.cseq;
    void this.contacts;
    void this.routes;
    void this.recordRoutes;
    return this.#fault;
  }

  #readAddress(field: number): NameAddr {
    const parsed = this.headers.readFirst(field, parseNameAddr);
    if (parsed.ok) return parsed.value;
    this.#note(field, parsed.error);
    return noAddress;
  }

  #readAddresses(field: number): readonly NameAddr[] {
    const results = this.headers.readEach(field, parseNameAddr);
    if (results.length === 0) return none;
    const addresses: NameAddr[] = [];
    for (const parsed of results) {
      if (parsed.ok) addresses.push(parsed.value);
      else this.#note(field, parsed.error);
    }
    return addresses;
  }

  #note(field: number, fault: FieldFault): void {
    this.#fault ??= { ...fault, field };
  }

  #refresh(): void {
    if (this.#revision === this.headers.revision) return;
    this.#revision = this.headers.revision;
    this.#from = undefined;
    this.#to = undefined;
    this.#cseq = undefined;
    this.#vias = undefined;
    this.#contacts = undefined;
    this.#routes = undefined;
    this.#recordRoutes = undefined;
  }
}
