import { describe, expect, test } from 'vitest'
import type { RuleSection, Saved } from './draft.ts'
import { groupsOf, panesOf } from './sections.ts'

function savedOf(places: readonly (readonly [section: RuleSection, key: string, product: string | null])[]): Saved {
  const values = { own: true, enabled: false, fields: {}, time: 0 }
  const rows = places.map(([section, key, product]) => {
    const id = `${section}/${key}`
    return [id, { id, section, key, title: key, advice: '', product, mayFollow: false, problems: [], values }] as const
  })
  const defaults = { general: {}, fields: {}, delayMinutes: 0, lifetimeHours: 24 }
  return { version: 1, rows: new Map(rows), defaults }
}

const endpoint = { key: 'endpoint', title: 'Endpoint', hasSeverities: true }
const mail = { key: 'mail', title: 'Mail', hasSeverities: false }
const type = (key: string, product: string, hasEnd: boolean) => ({
  key,
  title: key,
  usualSeverity: 'critical' as const,
  advice: '',
  product,
  hasEnd,
})
const eventTypes = [type('virus', 'endpoint', false), type('lost', 'mail', true), type('phishing', 'mail', false)]
const saved = savedOf([
  ['severity', 'critical', 'endpoint'],
  ['event-type', 'lost', 'mail'],
  ['warning', 'outdated', 'endpoint'],
  ['critical', 'outdated', 'endpoint'],
])

describe('a source with several products', () => {
  const panes = panesOf({ products: [endpoint, mail], eventTypes }, saved)

  test('has the sections of each that it has rules in, each for itself', () => {
    expect(panes.map(({ id }) => id)).toEqual([
      'general',
      'events-endpoint',
      'warning-endpoint',
      'critical-endpoint',
      'events-mail',
    ])
    expect(groupsOf(panes).map(({ product, panes: members }) => [product, members.length])).toEqual([
      [undefined, 1],
      ['Endpoint', 3],
      ['Mail', 1],
    ])
    expect(panes.find(({ id }) => id === 'events-mail')).toMatchObject({
      scope: { product: 'mail' },
      hasSeverities: false,
      ending: ['lost'],
    })
    expect(panes.find(({ id }) => id === 'events-endpoint')).toMatchObject({ hasSeverities: true, ending: [] })
  })

  test('has sections to wait in before its rules are read', () => {
    const waiting = panesOf({ products: [endpoint, mail], eventTypes }, null)
    expect(waiting.map(({ id }) => id)).toEqual(['general', 'events', 'warning', 'critical'])
  })
})

test('a source with one product has its sections in one group, for all rows', () => {
  const panes = panesOf({ eventTypes: [] }, savedOf([['warning', 'outdated', null]]))
  expect(panes.map(({ id }) => id)).toEqual(['general', 'events', 'warning', 'critical'])
  expect(panes.every(({ scope, product }) => scope.product === undefined && product === undefined)).toBe(true)
  expect(groupsOf(panes)).toHaveLength(1)
})
