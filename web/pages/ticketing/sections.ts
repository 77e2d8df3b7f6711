import type { ConnectorList } from '../../api/generated/types.gen.ts'
import type { RuleSection, Saved, Scope } from './draft.ts'

/** An entry of the left pane. */
export type Pane = {
  /** Stands in the address. */
  readonly id: string
  readonly kind: 'general' | 'events' | 'warning' | 'critical'
  /** The rules behind it. */
  readonly scope: Scope
  /** Title of the product whose rules these are; absent: the source has one product. */
  readonly product?: string
  /** Rows of severities stand among the events; false where events are set up by their names alone. */
  readonly hasSeverities: boolean
  /** Titles of the events whose tickets close by themselves. */
  readonly ending: readonly string[]
}

type Catalogue = Pick<ConnectorList['sources'][number]['catalogue'], 'products' | 'eventTypes'>

type Kind = Exclude<Pane['kind'], 'general'>
const kinds: readonly Kind[] = ['events', 'warning', 'critical']
const rulesOf: Readonly<Record<Kind, readonly RuleSection[]>> = {
  events: ['severity', 'event-type'],
  warning: ['warning'],
  critical: ['critical'],
}

/** The left pane. With several products each is set up by itself, and has those sections that it has rules in. */
export function panesOf(catalogue: Catalogue | undefined, saved: Saved | null): Pane[] {
  const general: Pane = { id: 'general', kind: 'general', scope: { sections: [] }, hasSeverities: false, ending: [] }
  const rows = [...(saved?.rows.values() ?? [])]
  const ofProducts = (catalogue?.products ?? []).flatMap(({ key, title, hasSeverities }) => {
    const mine = rows.filter(({ product }) => product === key)
    return kinds
      .filter((kind) => mine.some(({ section }) => rulesOf[kind].includes(section)))
      .map((kind): Pane => {
        const scope = { sections: rulesOf[kind], product: key }
        return {
          id: `${kind}-${key}`,
          kind,
          scope,
          product: title,
          hasSeverities,
          ending: endingOf(catalogue, kind, key),
        }
      })
  })
  if (ofProducts.length > 0) return [general, ...ofProducts]
  const whole = kinds.map((kind): Pane => {
    return {
      id: kind,
      kind,
      scope: { sections: rulesOf[kind] },
      hasSeverities: true,
      ending: endingOf(catalogue, kind),
    }
  })
  return [general, ...whole]
}

function endingOf(catalogue: Catalogue | undefined, kind: Kind, product?: string): string[] {
  if (kind !== 'events') return []
  return (catalogue?.eventTypes ?? [])
    .filter((type) => type.hasEnd === true && (product === undefined || type.product === product))
    .map(({ title }) => title)
}

/** The panes in their groups: the general settings by themselves, then each product; one group without a title else. */
export function groupsOf(panes: readonly Pane[]): { readonly product: string | undefined; readonly panes: Pane[] }[] {
  return [...Map.groupBy(panes, ({ product }) => product)].map(([product, of]) => ({ product, panes: of }))
}

export const longestDelayMinutes = 10_080
export const longestLifetimeHours = 8_760
