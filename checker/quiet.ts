import type { Evidence, Lasting, Trouble } from './evidence.ts'
import { join, type Span } from './spans.ts'

/** When what could not be done. All lists are joined and in order. */
export type Quiet = {
  /** Times that do not count for what needs a reading of this tenant, each with the time to recover from it. */
  seeing(source: string, tenant: string): readonly Span[]
  /** Times that do not count for what needs a reading of this tenant and a call to this desk. */
  telling(source: string, tenant: string, desk: string): readonly Span[]
  /** Times that do not count for what needs calls to a desk. */
  calling(desk: string): readonly Span[]
  /** Times in which no reading of this tenant can have come through whole, to the moment. */
  unreadable(source: string, tenant: string): readonly Span[]
  /** Times in which readings of this tenant may have failed, with the time to recover. */
  failing(source: string, tenant: string): readonly Span[]
  /** By how much a clock of ours was wrong at most in this time, in ms. */
  clockError(span: Span): number
}

/** A stretch with an end. */
export function spanOf({ from, to }: Lasting): Span {
  return { from, to: to ?? Number.POSITIVE_INFINITY }
}

const hour = 3_600_000
/** From this part of the hourly budget on, tickets may have to wait. */
const nearlyUsed = 0.8

export function createQuiet(evidence: Evidence): Quiet {
  const { troubles, restores, grace } = evidence
  const felt = ({ from, to }: Span): Span => ({ from, to: to + grace.recoverMs })
  const spansOf = (select: (trouble: Trouble) => boolean): Span[] => troubles.filter(select).map(spanOf)
  const ourselves = [
    ...spansOf(({ of }) => of === 'us'),
    ...troubles.flatMap(edges),
    ...restores.map(({ at }) => ({ from: at, to: at })),
  ].map(felt)
  const ofSource = (source: string, tenant: string) => (trouble: Trouble) =>
    trouble.of === 'source' && trouble.source === source && (trouble.tenant === null || trouble.tenant === tenant)
  const byDesk = new Map(
    evidence.desks.map(({ id, journal, grant }) => [
      id,
      [
        ...spansOf((trouble) => trouble.of === 'desk' && trouble.desk === id).map(felt),
        ...(grant.perHour === null ? [] : usedUp(journal, grant.perHour * nearlyUsed).map(felt)),
      ],
    ]),
  )
  const remembered = new Map<string, readonly Span[]>()
  const once = (key: string, make: () => Span[]): readonly Span[] => {
    const known = remembered.get(key) ?? join(make())
    remembered.set(key, known)
    return known
  }
  const clocks = troubles.filter((trouble) => trouble.of === 'clock')
  const failing = (source: string, tenant: string) =>
    once(`failing/${source}/${tenant}`, () => spansOf(ofSource(source, tenant)).map(felt))
  const calling = (desk: string) => once(`calling/${desk}`, () => [...ourselves, ...(byDesk.get(desk) ?? [])])
  const seeing = (source: string, tenant: string) =>
    once(`seeing/${source}/${tenant}`, () => [...ourselves, ...failing(source, tenant)])
  return {
    failing,
    calling,
    seeing,
    telling: (source, tenant, desk) =>
      once(`telling/${source}/${tenant}/${desk}`, () => [...seeing(source, tenant), ...calling(desk)]),
    unreadable: (source, tenant) =>
      once(`unreadable/${source}/${tenant}`, () =>
        spansOf((trouble) => ofSource(source, tenant)(trouble) && 'can' in trouble && trouble.can === 'nothing'),
      ),
    clockError: ({ from, to }) =>
      Math.max(0, ...clocks.filter((one) => one.from < to && from < (one.to ?? to)).map(({ byMs }) => Math.abs(byMs))),
  }
}

/**
 * A clock that jumps is felt at its jumps: what was put off while it was ahead has to wait until the right time gets there.
 */
function edges(trouble: Trouble): Span[] {
  if (trouble.of !== 'clock') return []
  const { from, to, byMs } = trouble
  const starts = { from, to: from + Math.max(0, -byMs) }
  return to === null ? [starts] : [starts, { from: to, to: to + Math.max(0, byMs) }]
}

/** When at least `many` requests lay in the hour before. */
function usedUp(journal: readonly { readonly time: string }[], many: number): Span[] {
  const times = journal.map(({ time }) => Date.parse(time)).sort((a, b) => a - b)
  const least = Math.max(1, Math.ceil(many))
  return times.flatMap((at, n) => {
    const first = times[n - least + 1]
    return first === undefined || at - first >= hour ? [] : [{ from: at, to: first + hour }]
  })
}
