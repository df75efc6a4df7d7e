/** Where a call can be sent, as stored: a kind and, by kind, the object's id or a number. */
export interface Destination {
  readonly type:
    | 'local-user'
    | 'hunting-group'
    | 'ring-group'
    | 'auto-attendant'
    | 'conference-room'
    | 'voicemail'
    | 'external-line'
    | 'sip-trunk'
    | 'external-number'
    | 'reject';
  readonly id?: string;
  readonly number?: string;
}
