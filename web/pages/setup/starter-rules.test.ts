import { expect, test } from 'vitest'
import type { RecommendedRules } from '../../api/generated/types.gen.ts'
import { issuesByLevel, openRows, placeOf, starterRequest } from './starter-rules.ts'

const row = (section: 'warning' | 'critical' | 'severity', key: string, stored = false) => ({
  section,
  key,
  title: key,
  level: section === 'warning' ? ('warning' as const) : ('critical' as const),
  stored,
  enabled: false,
  delayMinutes: section === 'severity' ? null : 15,
  lifetimeHours: section === 'severity' ? 24 : null,
})
const recommended: RecommendedRules = {
  integrationId: 1,
  version: 7,
  levels: [
    { level: 'critical', fields: { priority: '1' }, problems: [] },
    { level: 'warning', fields: { priority: '2' }, problems: [] },
  ],
  rows: [row('critical', 'a'), row('severity', 'critical'), row('warning', 'a'), row('warning', 'b', true)],
}

test('rows that a person decided about are never among those to be saved', () => {
  expect(openRows(recommended).map(placeOf)).toEqual(['critical/a', 'severity/critical', 'warning/a'])
  const all = new Set(recommended.rows.map(placeOf))
  expect(starterRequest(recommended, all, {}).rows.map(placeOf)).not.toContain('warning/b')
})

test('each chosen row takes the fields of its level, as they were changed', () => {
  const chosen = new Set(['critical/a', 'severity/critical', 'warning/a'])
  expect(starterRequest(recommended, chosen, { warning: { priority: '3' } })).toEqual({
    version: 7,
    rows: [
      { section: 'critical', key: 'a', enabled: true, fields: { priority: '1' }, delayMinutes: 15 },
      { section: 'severity', key: 'critical', enabled: true, fields: { priority: '1' }, lifetimeHours: 24 },
      { section: 'warning', key: 'a', enabled: true, fields: { priority: '3' }, delayMinutes: 15 },
    ],
  })
})

test('what is refused is said once at the level', () => {
  const issues = [
    { section: 'warning', key: 'a', field: 'fields.priority', message: 'Choose.' },
    { section: 'critical', key: 'a', field: 'fields.queue', message: 'Gone.' },
    { field: 'general.source', message: 'Elsewhere.' },
  ]
  expect(issuesByLevel(recommended, issues)).toEqual({ warning: { priority: 'Choose.' }, critical: { queue: 'Gone.' } })
})
