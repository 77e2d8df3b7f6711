/** How far the server's clock is ahead of the viewer's, in milliseconds: “two minutes ago” goes by the server's. */
let aheadMs = 0

/** Told by every answer of the server; a second's difference is the header's own coarseness. */
export function tellServerTime(header: string | null): void {
  const at = header === null ? Number.NaN : Date.parse(header)
  if (Number.isNaN(at)) return
  const difference = at - Date.now()
  if (Math.abs(difference - aheadMs) >= 2_000) aheadMs = difference
}

export function serverNow(): number {
  return Date.now() + aheadMs
}
