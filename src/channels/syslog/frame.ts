/** One message as it came over the wire, without its frame. */
export type Frame = {
  readonly bytes: Buffer
  /** How long it was; more than `bytes` when it was cut. */
  readonly totalBytes: number
}
