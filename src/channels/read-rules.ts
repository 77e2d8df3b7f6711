import { fieldValue } from './bounded.ts'
import { compilePattern, type LinearPattern, PatternError } from './linear-pattern.ts'
import type { Field, Reading } from './message.ts'
import { type ReadingWords, readingWordNames, wordsToReading } from './reading-words.ts'

/**
 * Rules by which people teach the server to read a message: a rule fits when all its conditions do; then its fixed words
 * and the named groups of its patterns are the words of the reading. Used for mails, and for the syslog of any product.
 */
export type ReadRule = {
  readonly name: string
  readonly enabled: boolean
  /** Mail: `subject`, `from` and `body`. Syslog: any field by its name. */
  readonly when: readonly { readonly field: string; readonly pattern: string }[]
  /** Fixed words by name (`readingWordNames`); a group of the same name goes before them. */
  readonly words: Readonly<Record<string, string>>
}

export type RuleRead = {
  readonly rule: string
  readonly reading: Reading
  /** What the groups captured, `company` among it. */
  readonly captured: Readonly<Record<string, string>>
}

export type ReadRules = {
  /** The first rule that fits, in order; null when none does. */
  read(fields: readonly Field[]): RuleRead | null
}

export type ReadRuleIssue = { readonly index: number; readonly field: string; readonly message: string }

/** A mail is matched against every rule in turn: more of them would make one mail dear. */
const mostReadRules = 100
const mostConditions = 5

/** All that is wrong with a list of rules; empty when it can be used. */
export function checkReadRules(rules: readonly ReadRule[], fieldNames: readonly string[] | null): ReadRuleIssue[] {
  const issues: ReadRuleIssue[] = []
  if (rules.length > mostReadRules) {
    issues.push({
      index: mostReadRules,
      field: 'name',
      message: `At most ${mostReadRules} patterns: delete those you do not use.`,
    })
  }
  rules.forEach((rule, index) => {
    const say = (field: string, message: string): number => issues.push({ index, field, message })
    if (rule.name.trim() === '') say('name', 'Give the pattern a name: it is shown with what it read.')
    if (rule.when.length === 0) say('when', 'Say what the message must look like: at least one pattern.')
    if (rule.when.length > mostConditions) say('when', `At most ${mostConditions} patterns in one rule.`)
    const groups: string[] = []
    for (const { field, pattern } of rule.when) {
      if (fieldNames !== null && !fieldNames.includes(field)) {
        say('when', `There is no field “${field}”. Use ${fieldNames.join(', ')}.`)
      }
      const found = groupsOf(pattern)
      if (typeof found === 'string') say('when', found)
      else groups.push(...found)
    }
    for (const word of Object.keys(rule.words)) {
      if (!readingWordNames.some((name) => name === word)) {
        say('words', `“${word}” is no word of a reading. Use ${readingWordNames.join(', ')}.`)
      }
    }
    const given = new Set([...groups, ...Object.keys(rule.words)])
    if (!given.has('product')) say('words', 'Say which product speaks: endpoint-security-cloud or microsoft-365.')
    if (!given.has('type') && !given.has('status') && !given.has('level')) {
      say('words', 'Say what it is: a type of event, or a status (or the level ok) of a computer.')
    }
  })
  return issues
}

function groupsOf(pattern: string): readonly string[] | string {
  try {
    return compilePattern(pattern).groups
  } catch (error) {
    if (error instanceof PatternError) return error.message
    throw error
  }
}

/** @throws PatternError when a pattern cannot be used; `checkReadRules` says which. */
export function compileReadRules(rules: readonly ReadRule[]): ReadRules {
  const compiled = rules
    .filter(({ enabled }) => enabled)
    .map(({ name, when, words }) => ({
      name,
      words,
      when: when.map(({ field, pattern }) => ({ field, pattern: compilePattern(pattern) })),
    }))
  return {
    read(fields) {
      for (const { name, when, words } of compiled) {
        const captured = fitAll(when, fields)
        if (captured === null) continue
        const said: ReadingWords = { product: '', ...words, ...captured }
        return { rule: name, captured, reading: wordsToReading(said, `The pattern “${name}”`) }
      }
      return null
    },
  }
}

function fitAll(
  when: readonly { readonly field: string; readonly pattern: LinearPattern }[],
  fields: readonly Field[],
): Record<string, string> | null {
  const captured: Record<string, string> = {}
  for (const { field, pattern } of when) {
    const groups = pattern.match(fieldValue(fields, field) ?? '')
    if (groups === null) return null
    Object.assign(captured, groups)
  }
  return captured
}
