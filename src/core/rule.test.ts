import { describe, expect, it } from 'vitest'
import { eventRule, type Rule, type Rules, statusRule } from './rule.ts'

const rule = (enabled: boolean, priority: string): Rule => ({
  enabled,
  fields: { priority },
  delayMinutes: 0,
  lifetimeHours: 24,
})

const rules: Rules = {
  warning: new Map([['databases', rule(true, 'low')]]),
  critical: new Map([['databases', rule(false, 'high')]]),
  severity: new Map([['critical', rule(true, 'high')]]),
  'event-type': new Map([
    ['virus', rule(true, 'highest')],
    ['noise', rule(false, 'none')],
  ]),
}

describe('statusRule', () => {
  it('keeps the levels apart', () => {
    expect(statusRule(rules, 'warning', 'databases')).toMatchObject({ enabled: true, fields: { priority: 'low' } })
    expect(statusRule(rules, 'critical', 'databases')).toMatchObject({ enabled: false })
  })

  it('knows no row that was never saved', () => {
    expect(statusRule(rules, 'warning', 'protection')).toBeUndefined()
  })
})

describe('eventRule', () => {
  it.each([
    ['the row of the type goes first', 'virus', 'critical', 'highest'],
    ['also when it is off', 'noise', 'critical', 'none'],
    ['else the row of the severity', 'other', 'critical', 'high'],
    ['a type needs no row of its severity', 'virus', 'warning', 'highest'],
    ['neither is saved', 'other', 'warning', undefined],
  ] as const)('%s', (_, type, severity, priority) => {
    expect(eventRule(rules, type, severity)?.fields.priority).toBe(priority)
  })
})
