import type { z } from 'zod'
import type { FieldIssue } from './request-error.ts'

/** Words for what a schema finds wrong, where the schema itself has none: they say what to do. */

type RawIssue = Parameters<z.core.$ZodErrorMap>[0]

/** Pass it as `error` to `safeParse`; messages written in a schema go before it. */
export function sayIssue(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'Fill this in: it is required.' : `This must be ${kindWords(issue.expected)}.`
    case 'too_small':
    case 'too_big':
      return sayBound(issue)
    case 'invalid_format':
      return formatWords[issue.format] ?? 'This does not have the form that is expected here.'
    case 'invalid_value':
      return `This must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}.`
    case 'unrecognized_keys': {
      const several = issue.keys.length > 1
      const more = issue.keys.length - mostNamed
      const names = issue.keys.slice(0, mostNamed).map(quote).join(', ')
      const named = more > 0 ? `${names} and ${more} more` : names
      return `There ${several ? 'are no fields' : 'is no field'} named ${named} here: leave ${several ? 'them' : 'it'} out or correct the spelling.`
    }
    case 'invalid_union':
      return 'This has none of the forms that are allowed here.'
    default:
      return undefined
  }
}

/** Of unknown fields, and of all findings, so many are named: what is wrong is said shortly, however much was sent. */
const mostNamed = 10
const mostFindings = 100
const longestName = 100

function quote(text: string): string {
  return `“${shorten(text)}”`
}

function shorten(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName).toWellFormed()}…` : name
}

const formatWords: Readonly<Record<string, string>> = {
  datetime: 'Write a date and time such as 2026-11-22T08:10:00Z.',
}

function kindWords(expected: string): string {
  switch (expected) {
    case 'string':
      return 'text'
    case 'int':
      return 'a whole number'
    case 'number':
      return 'a number'
    case 'boolean':
      return 'true or false'
    case 'array':
      return 'a list'
    default:
      return 'an object with fields'
  }
}

function sayBound(issue: Extract<RawIssue, { code: 'too_small' | 'too_big' }>): string {
  const least = issue.code === 'too_small'
  const bound = Number(least ? issue.minimum : issue.maximum)
  const side = least ? 'at least' : 'at most'
  if (issue.origin === 'string') {
    return least && bound === 1 ? 'This must not be empty.' : `This must have ${side} ${bound} characters.`
  }
  if (issue.origin === 'array' || issue.origin === 'set' || issue.origin === 'map') {
    return `This must have ${side} ${bound} ${bound === 1 ? 'entry' : 'entries'}.`
  }
  return issue.inclusive === false
    ? `This must be ${least ? 'more' : 'less'} than ${bound}.`
    : `This must be ${side} ${bound}.`
}

/** Findings as fields with a dotted path, under `prefix`; of very many the first, and how many more there are. */
export function issuesToFields(issues: readonly z.core.$ZodIssue[], prefix = ''): FieldIssue[] {
  const fields = issues.slice(0, mostFindings).map((issue) => ({
    field: [prefix, ...issue.path.map((part) => shorten(String(part)))].filter((part) => part !== '').join('.'),
    message: issue.message,
  }))
  const more = issues.length - fields.length
  return more > 0
    ? [...fields, { field: prefix, message: `There is more like this: ${more} further findings.` }]
    : fields
}
