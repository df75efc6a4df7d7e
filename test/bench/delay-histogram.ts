const BUCKET_MS = 0.1;
const BUCKETS = 20_000;

/** Delays up to 2 s in steps of 0.1 ms; longer ones count as 2 s. Adding is cheap enough for every packet. */
export class DelayHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  add(delayMs: number): void {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor(delayMs / BUCKET_MS)));
    this.#counts[bucket]! += 1;
    this.#total += 1;
  }

  /** The delay in ms that `share` (0 to 1) of all did not exceed. */
  quantile(share: number): number {
    const wanted = Math.ceil(this.#total * share);
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      seen += this.#counts[bucket]!;
      if (seen >= wanted) return Math.round((bucket + 1) * BUCKET_MS * 10) / 10;
    }
    return BUCKETS * BUCKET_MS;
  }
}
