/** Mails that were sent back for want of room and did not come again yet: as long as there are any, silence tells nothing. */
export type PushedBack = {
  note(peer: string, recipients: readonly string[], now: Date): void
  taken(peer: string, recipients: readonly string[]): void
  any(now: Date): boolean
}

/** Mail servers try again within this time, in ms (RFC 5321, 4.5.4.1: at least every half hour at first); one that does not has given up. */
const triesAgainMs = 4 * 3_600_000
/** Senders and recipients told apart. */
const mostKnown = 1_000

/** What was sent back is known by who sent it to whom: of another sender something may well be taken meanwhile. */
export function createPushedBack(): PushedBack {
  const since = new Map<string, number>()
  let unknownSince = Number.NEGATIVE_INFINITY

  const isOpen = (ms: number, now: Date): boolean => now.getTime() - ms < triesAgainMs

  return {
    note(peer, recipients, now) {
      const key = keyOf(peer, recipients)
      if (since.size < mostKnown || since.has(key)) since.set(key, now.getTime())
      else unknownSince = now.getTime()
    },
    taken(peer, recipients) {
      since.delete(keyOf(peer, recipients))
    },
    any(now) {
      for (const [key, ms] of since) if (!isOpen(ms, now)) since.delete(key)
      return since.size > 0 || isOpen(unknownSince, now)
    },
  }
}

function keyOf(peer: string, recipients: readonly string[]): string {
  return [peer, ...recipients.map((one) => one.toLowerCase()).toSorted()].join(' ')
}
