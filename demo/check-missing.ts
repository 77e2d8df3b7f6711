import { type Finding, type Ground, minute, statusWords, stepsToOpen } from './check-ground.ts'
import type { Held } from './ksc-truth.ts'
import { intersect, join, lengthOf, subtract } from './spans.ts'

/** Finds the tickets that are not there. */

/** Conditions that held long enough and never got a ticket. */
export function findMissing(ground: Ground): Finding[] {
  const { plan, truth, tickets, now, step } = ground
  const byCondition = Map.groupBy(truth.held, ({ vserver, computer, bit }) => `${vserver}/${computer}/${bit}`)
  return [...byCondition.values()].flatMap((parts) =>
    mergeUnseen(ground, parts).flatMap((group) => {
      const [first] = group
      const company = first === undefined ? undefined : plan.clients.get(first.vserver)
      if (first === undefined || company === undefined || first.from < plan.since.getTime()) return []
      const late = group.find((held) => isDue(ground, held))
      if (late === undefined) return []
      const what = statusWords[first.bit] ?? ''
      const end = Math.min(group.at(-1)?.to ?? now, now) + stepsToOpen * step
      const had = tickets.some(
        (ticket) =>
          ticket.companyId === company &&
          ticket.computer === first.computer &&
          ticket.what === what &&
          ticket.createdAt <= end &&
          (ticket.open.at(-1)?.to ?? 0) > first.from,
      )
      if (had) return []
      const { computer, from: at } = late
      return [{ kind: 'missing' as const, at, ticketId: null, computer, words: `“${what}” never got a ticket` }]
    }),
  )
}

/** Joins what held with breaks that no reading can have seen. */
function mergeUnseen(ground: Ground, parts: readonly Held[]): Held[][] {
  const groups: Held[][] = []
  for (const held of parts) {
    const group = groups.at(-1)
    const last = group?.at(-1)
    if (group === undefined || last === undefined) {
      groups.push([held])
      continue
    }
    const hidden = !ground.plan.namesAllReasons && last.levels.at(-1)?.level === 'warning'
    const unseen = join([
      ...ground.sourceQuiet(held.vserver),
      ...(hidden ? (ground.truth.critical.get(held.computer) ?? []) : []),
    ])
    const gap = subtract([{ from: last.to, to: held.from }], unseen)
    if (lengthOf(gap) <= ground.step) group.push(held)
    else groups.push([held])
  }
  return groups
}

/** Whether it was shown, with its rule on, for longer than the delay and what a healthy run needs. */
function isDue(ground: Ground, held: Held): boolean {
  const { plan, now, step } = ground
  const on = levelsOf(ground, held).flatMap((span) => {
    const delay = plan.delayOf(span.level, held.bit)
    return delay === null ? [] : [{ ...span, delay }]
  })
  const wanted = intersect(intersect(join(on), held.shown), [{ from: plan.since.getTime(), to: now }])
  const quiet = join([...ground.sourceQuiet(held.vserver), ...ground.deskQuiet])
  const delay = Math.max(0, ...on.map((span) => span.delay)) * minute
  return wanted.some((span) => lengthOf(subtract([span], quiet)) > delay + stepsToOpen * step)
}

/** The levels by which rules are chosen: where all reasons are named, each seems to have the level of its computer. */
function levelsOf({ plan, truth }: Ground, held: Held): Held['levels'] {
  if (!plan.namesAllReasons) return held.levels
  const critical = truth.critical.get(held.computer) ?? []
  return [
    ...intersect([held], critical).map((span) => ({ ...span, level: 'critical' as const })),
    ...subtract([held], critical).map(({ from, to }) => ({ from, to, level: 'warning' as const })),
  ]
}

/** Events that never got a ticket. */
export function findMissingEvents({ plan, truth, tickets, now, step, sourceQuiet, deskQuiet }: Ground): Finding[] {
  return truth.events.flatMap(({ at, vserver, computer, type, severity }) => {
    const company = plan.clients.get(vserver)
    const what = plan.eventNames.get(type)
    if (company === undefined || what === undefined || at < plan.since.getTime()) return []
    if (!plan.wantsEvent(type, severity)) return []
    const quiet = join([...sourceQuiet(vserver), ...deskQuiet])
    const since = lengthOf(subtract([{ from: at, to: Math.max(at, now) }], quiet))
    if (since <= stepsToOpen * step) return []
    const had = tickets.some(
      (ticket) =>
        ticket.companyId === company &&
        ticket.what === what &&
        (ticket.computer === computer || (computer === '' && !truth.places.has(ticket.computer))) &&
        ticket.createdAt <= at + plan.lifetimeHours * 60 * minute &&
        (ticket.open.at(-1)?.to ?? 0) > at,
    )
    return had
      ? []
      : [{ kind: 'missing' as const, at, ticketId: null, computer, words: `event “${what}” got no ticket` }]
  })
}
