import { covers, intersect, join, type Span, subtract } from '../spans.ts'
import type { Held, Level, Reason, Truth } from './truth.ts'

/**
 * A condition as the source lets one see it, if one never stopped looking: what it names, and what a Critical level
 * may hide. Where it differs from what holds in truth, nobody could know better (docs/adr/0010).
 */
export type Sight = Span &
  Reason & {
    readonly source: string
    readonly tenant: string
    readonly computer: string
    /** When the source named it, and the level of its computer then. */
    readonly levels: readonly (Span & { readonly level: Level })[]
  }

type Piece = Span & { readonly level: Level }

/** All of a source, in the order of their begin for each condition. */
export function readSights(source: string, truth: Truth, namesAllReasons: boolean): Sight[] {
  const byCondition = Map.groupBy(truth.held, ({ tenant, computer, key }) => `${tenant}/${computer}/${key}`)
  return [...byCondition.values()].flatMap((parts) => {
    const [first] = parts
    if (first === undefined) return []
    const { tenant, computer, key, what, isEvent } = first
    const places = (truth.places.get(computer) ?? []).filter((place) => place.tenant === tenant)
    const critical = join(intersect(truth.critical.get(computer) ?? [], places))
    const pieces = parts.flatMap((held) => piecesOf(held, critical, namesAllReasons))
    const hiding = namesAllReasons ? [] : critical
    return joinPieces(pieces, hiding).map((levels) => ({
      ...{ source, tenant, computer, key, what, isEvent },
      from: levels[0]?.from ?? 0,
      to: endOf(levels, hiding),
      levels,
    }))
  })
}

/** What is shown of one stretch; where all reasons are named, each seems to have the level of its computer. */
function piecesOf(held: Held, critical: readonly Span[], namesAllReasons: boolean): Piece[] {
  const levels: readonly Piece[] = namesAllReasons
    ? [
        ...intersect([held], critical).map((span) => ({ ...span, level: 'critical' as const })),
        ...subtract([held], critical).map((span) => ({ ...span, level: 'warning' as const })),
      ]
    : held.levels
  return levels
    .flatMap(({ level, ...span }) => intersect([span], held.shown).map((part) => ({ ...part, level })))
    .sort((a, b) => a.from - b.from)
}

/** Puts together what was seen without a break, or with breaks in which it may only have been hidden. */
function joinPieces(pieces: readonly Piece[], hiding: readonly Span[]): Piece[][] {
  const sights: Piece[][] = []
  for (const piece of pieces) {
    const last = sights.at(-1)?.at(-1)
    const gap = last === undefined ? [] : [{ from: last.to, to: piece.from }].filter(({ from, to }) => from < to)
    const isSame = last !== undefined && (gap.length === 0 || (last.level === 'warning' && isWithin(gap, hiding)))
    if (isSame) sights.at(-1)?.push(piece)
    else sights.push([piece])
  }
  return sights
}

function isWithin(spans: readonly Span[], others: readonly Span[]): boolean {
  return subtract(spans, others).length === 0
}

/** The last piece's end, or that of the Critical level which may hide it from then on. */
function endOf(levels: readonly Piece[], hiding: readonly Span[]): number {
  const last = levels.at(-1)
  if (last === undefined) return 0
  if (last.level !== 'warning' || !covers(hiding, last.to)) return last.to
  return hiding.find(({ from, to }) => from <= last.to && last.to < to)?.to ?? last.to
}
