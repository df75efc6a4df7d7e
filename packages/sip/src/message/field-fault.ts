/** Why a header field value cannot be read. */
export interface FieldFault {
  /** Stable name of the broken rule: `via-sent-by`, `cseq-number-range` … */
  rule: string;
  /** Characters from the start of the text that was read: of the message, when it came from there unfolded. */
  offset: number;
}
