/** One end of a UDP flow. `address` is canonical (see `canonicalAddress`), so that equal addresses are equal strings. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export function sameEndpoint(left: Endpoint, right: Endpoint): boolean {
  return left.port === right.port && left.address === right.address;
}
