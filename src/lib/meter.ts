/** Counters and timings as use cases report them; `http/metrics.ts` shows them to Prometheus. */
export type Meter = {
  /** A decision about a condition or an event. */
  decided(outcome: string, reason: string): void
  /** A step of a ticket with its reason and result. */
  stepped(step: string, reason: string, result: string): void
  /** A call to a vendor: `peer` is the connector's id, `status` an HTTP status or a failure reason. */
  called(peer: string, connection: string, status: string, ms: number): void
  /** A duty that ended. */
  polled(kind: string, subject: string, result: 'good' | 'failed', ms: number): void
  /** Messages of a channel: `read`, `unread`, `pushed-back`, `dropped` (never taken) or `refused`. */
  heard(channel: string, source: string, result: string, count: number): void
}
