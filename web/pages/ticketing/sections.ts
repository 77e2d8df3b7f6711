import type { RuleSection, Saved, Scope } from './draft.ts'

/** An entry of the left pane. */
export type Pane = {
  /** Stands in the address. */
  readonly id: string
  readonly kind: 'general' | 'events' | 'warning' | 'critical'
  /** The rules behind it. */
  readonly scope: Scope
  /** Of the product whose events these are; absent: the source has one product. */
  readonly product?: string
}

type Product = { readonly key: string; readonly title: string }

const rulesOf: Readonly<Record<Exclude<Pane['kind'], 'general'>, readonly RuleSection[]>> = {
  events: ['severity', 'event-type'],
  warning: ['warning'],
  critical: ['critical'],
}

/** The left pane: with several products the events of each are set up by themselves. */
export function panesOf(products: readonly Product[], saved: Saved | null): Pane[] {
  const withEvents = products.filter(({ key }) =>
    [...(saved?.rows.values() ?? [])].some((row) => row.product === key && rulesOf.events.includes(row.section)),
  )
  const events: Pane[] =
    withEvents.length === 0
      ? [{ id: 'events', kind: 'events', scope: { sections: rulesOf.events } }]
      : withEvents.map(({ key, title }) => ({
          id: `events-${key}`,
          kind: 'events',
          scope: { sections: rulesOf.events, product: key },
          product: title,
        }))
  return [
    { id: 'general', kind: 'general', scope: { sections: [] } },
    ...events,
    { id: 'warning', kind: 'warning', scope: { sections: rulesOf.warning } },
    { id: 'critical', kind: 'critical', scope: { sections: rulesOf.critical } },
  ]
}

export const longestDelayMinutes = 10_080
export const longestLifetimeHours = 8_760
