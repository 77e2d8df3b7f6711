import { spanOf } from './quiet.ts'
import { intersect, type Span } from './spans.ts'
import { type Finding, isoOf } from './violation.ts'
import type { DeskWorld, World } from './world.ts'

const hour = 3_600_000

/**
 * I6: never more calls at once, nor more requests in any rolling hour, than the vendor grants: counted at the desk, so
 * retries, look-ups and calls of processes that were killed count too.
 */
export function findExcess(world: World): Finding[] {
  return world.desks.flatMap((desk) => [...findCrowds(desk), ...findOverspending(world, desk)])
}

function findCrowds({ id, evidence: { grant, stats, journal } }: DeskWorld): Finding[] {
  const { threads } = grant
  if (threads === null) return []
  const about = { kind: 'too-many-at-once' as const, desk: id, ticketId: null, computer: '', what: '' }
  if (grant.threadsPer === 'desk') {
    // From the request that is one too many until there are no longer too many, it is told once.
    return journal
      .filter((entry, n) => entry.inFlight > threads && (journal[n - 1]?.inFlight ?? 0) <= threads)
      .map(({ time, method, path, inFlight }) => {
        const words = `${method} ${path} was call ${inFlight} at once, ${threads} are granted`
        return { ...about, at: Date.parse(time), words }
      })
  }
  return Object.entries(stats.maxInFlightByEndpoint).flatMap(([endpoint, most]) => {
    if (most <= threads || grant.uncounted.includes(endpoint)) return []
    const last = journal.findLast(({ inFlight }) => inFlight >= most)
    const words = `there were ${most} calls at once at the endpoint ${endpoint}, ${threads} are granted`
    return [{ ...about, at: last === undefined ? 0 : Date.parse(last.time), words }]
  })
}

function findOverspending(world: World, { id, evidence: { grant, journal } }: DeskWorld): Finding[] {
  const { perHour } = grant
  if (perHour === null) return []
  const times = journal.map(({ time }) => Date.parse(time)).sort((a, b) => a - b)
  const over = times.flatMap((at, n): Span[] => {
    const first = times[n - perHour]
    return first !== undefined && at - first < hour ? [{ from: first, to: at }] : []
  })
  // One excess is told once, however many requests it has.
  const begins = over.filter((span, n) => span.to - (over[n - 1]?.to ?? Number.NEGATIVE_INFINITY) >= hour)
  return begins.map((span) => {
    const end = over.findLast(({ to }) => to - span.to < hour)?.to ?? span.to
    const many = times.filter((at) => at > end - hour && at <= end).length
    const words = `${Math.max(many, perHour + 1)} requests in the hour from ${isoOf(span.from)} on, ${perHour} are granted`
    const finding = {
      at: span.to,
      kind: 'over-budget' as const,
      desk: id,
      ticketId: null,
      computer: '',
      what: '',
      words,
    }
    return hasClockJump(world, span) ? { ...finding, accepted: 'clock-jumped' } : finding
  })
}

/** The budget is kept by our clock: an hour that it skips is an hour that the desk does not forget. */
function hasClockJump({ evidence }: World, span: Span): boolean {
  const jumps = evidence.troubles.filter((one) => one.of === 'clock').map(spanOf)
  const moments = jumps.flatMap(({ from, to }) => [from, to])
  return moments.some((at) => at >= span.from && at <= span.to) || intersect(jumps, [span]).length > 0
}
