import { fieldValue } from './bounded.ts'
import { compilePattern, type LinearPattern, PatternError } from './linear-pattern.ts'
import type { Clue, CompanyFound, Field, Origin } from './message.ts'

/**
 * How a message finds its company: the first rule that fits wins, and when none fits the company is unknown. `peer` and
 * `certificate` are proven by the connection; `recipient` is as secret as the address; the others are what the sender
 * says, so use them only where every sender on the listener may speak for every company.
 */
export type CompanyRule = {
  readonly name: string
  readonly on: 'peer' | 'certificate' | 'host' | 'tag' | 'sender' | 'recipient' | 'field'
  /** Name of the field, for `on: 'field'` only. */
  readonly field?: string
  /** `exact` compares whole values in either case; `pattern` is one of linear-pattern.ts. */
  readonly match: 'exact' | 'pattern'
  readonly value: string
  /** Key of the tenant; empty: the pattern's group `company` is the key (in lower case) and the name. */
  readonly company: string
  readonly companyName: string
}

export type CompanyRules = {
  find(origin: Origin, fields: readonly Field[]): CompanyFound | null
  /** What says whose a message is, to these rules or to one that a person may add. */
  clues(origin: Origin, fields: readonly Field[]): readonly Clue[]
}

/** What is wrong with one rule of a list. */
export type RuleIssue = { readonly index: number; readonly field: string; readonly message: string }

const mostRules = 1_000

/** All that is wrong with a list of rules; empty when it can be used. */
export function checkCompanyRules(rules: readonly CompanyRule[]): RuleIssue[] {
  const issues = rules.flatMap((rule, index) => checkRule(rule).map((issue) => ({ index, ...issue })))
  if (rules.length > mostRules) {
    issues.push({ index: mostRules, field: 'name', message: `At most ${mostRules} rules: join some by a pattern.` })
  }
  return issues
}

function checkRule(rule: CompanyRule): Omit<RuleIssue, 'index'>[] {
  const issues: Omit<RuleIssue, 'index'>[] = []
  if (rule.name.trim() === '')
    issues.push({ field: 'name', message: 'Give the rule a name: it is shown with what it found.' })
  if (rule.on === 'field' && (rule.field ?? '').trim() === '') {
    issues.push({ field: 'field', message: 'Name the field to look at, for example gn.' })
  }
  if (rule.match === 'exact') {
    if (rule.value.trim() === '') issues.push({ field: 'value', message: 'Write the value to compare with.' })
    if (rule.company.trim() === '')
      issues.push({ field: 'company', message: 'Choose the company this value stands for.' })
    return issues
  }
  try {
    const { groups } = compilePattern(rule.value)
    if (rule.company.trim() === '' && !groups.includes('company')) {
      issues.push({
        field: 'company',
        message: 'Choose a company, or let the pattern take it from the text with a group (?<company>...).',
      })
    }
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    issues.push({ field: 'value', message: error.message })
  }
  return issues
}

/**
 * `telling`: fields that are clues even when no rule looks at them.
 * @throws PatternError when a pattern cannot be used; `checkCompanyRules` says which.
 */
export function compileCompanyRules(rules: readonly CompanyRule[], telling: readonly string[] = []): CompanyRules {
  const exact = new Map<string, { readonly rule: CompanyRule; readonly order: number }>()
  const patterns: { readonly rule: CompanyRule; readonly order: number; readonly pattern: LinearPattern }[] = []
  const places = new Map<string, Pick<CompanyRule, 'on' | 'field'>>()
  rules.forEach((rule, order) => {
    if (rule.match === 'pattern') patterns.push({ rule, order, pattern: compilePattern(rule.value) })
    else {
      const key = exactKey(rule, rule.value)
      places.set(placeOf(rule), rule)
      if (!exact.has(key)) exact.set(key, { rule, order })
    }
  })
  return {
    find(origin, fields) {
      // A thousand exact rules cost one look-up for each place they look at, so a flood does not get dearer by them.
      let best: { readonly rule: CompanyRule; readonly order: number } | null = null
      for (const place of places.values()) {
        const hit = exact.get(exactKey(place, seenAt(place, origin, fields)))
        if (hit !== undefined && (best === null || hit.order < best.order)) best = hit
      }
      for (const { rule, order, pattern } of patterns) {
        if (best !== null && best.order < order) break
        const seen = seenAt(rule, origin, fields)
        const groups = seen === '' ? null : pattern.match(seen)
        const found = groups === null ? null : toFound(rule, groups.company ?? '')
        if (found !== null) return found
      }
      return best === null ? null : toFound(best.rule, '')
    },
    clues: createClues(rules, telling),
  }
}

/** What a sender says of itself, in the order in which people read it. */
const said = ['certificate', 'host', 'tag', 'sender', 'recipient'] as const

function createClues(rules: readonly CompanyRule[], telling: readonly string[]): CompanyRules['clues'] {
  const looksAtPeer = rules.some(({ on }) => on === 'peer')
  const named = new Set(rules.flatMap(({ on, field = '' }) => (on === 'field' ? [field] : [])))
  const fieldNames = [...new Set([...named, ...telling])].sort()
  return (origin, fields) => {
    const words = said.flatMap((on) => (origin[on] === '' ? [] : [{ on, field: '', value: origin[on] }]))
    // Behind one name may be many addresses, so by itself an address parts nothing.
    const peer = looksAtPeer || words.length === 0 ? [{ on: 'peer' as const, field: '', value: origin.peer }] : []
    const seen = fieldNames.flatMap((field) => {
      const value = fieldValue(fields, field)?.trim() ?? ''
      return value === '' ? [] : [{ on: 'field' as const, field, value }]
    })
    return [...words, ...peer, ...seen]
  }
}

function placeOf({ on, field = '' }: Pick<CompanyRule, 'on' | 'field'>): string {
  return on === 'field' ? `field ${field}` : on
}

function exactKey(place: Pick<CompanyRule, 'on' | 'field'>, value: string): string {
  return `${placeOf(place)}\n${value.trim().toLowerCase()}`
}

function seenAt(
  { on, field = '' }: Pick<CompanyRule, 'on' | 'field'>,
  origin: Origin,
  fields: readonly Field[],
): string {
  return on === 'field' ? (fieldValue(fields, field) ?? '') : origin[on]
}

/** Longest key of a tenant that is taken from a message. */
const longestKey = 200

function toFound({ company, companyName, name }: CompanyRule, captured: string): CompanyFound | null {
  if (company !== '') return { key: company, name: companyName === '' ? company : companyName, rule: name }
  const key = captured.trim().toLowerCase()
  return key === '' || key.length > longestKey ? null : { key, name: captured.trim(), rule: name }
}
