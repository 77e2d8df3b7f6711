import { RE2JS } from 're2js'

/**
 * Patterns that people write, matched in time linear to the text: no pattern and no text can make the server hang. The
 * language is RE2's: no look-around and no back-references. Letters match in either case.
 */
export type LinearPattern = {
  /** The named groups of the first match (those that took part, trimmed); null when the pattern does not fit. */
  match(text: string): Readonly<Record<string, string>> | null
  /** Names of the pattern's groups. */
  readonly groups: readonly string[]
}

/** The pattern cannot be used; the message says what is wrong and what to do. */
export class PatternError extends Error {
  readonly code = 'bad-pattern'
}

/** Longest pattern in characters, and longest text a pattern looks at: the cost of one match is their product. */
export const patternBounds = { pattern: 1_000, text: 16 * 1024 } as const

const sizeLimit = /\{\d+(?:,\d*)?\}/g

/** @throws PatternError when the text is no pattern of RE2, is too long, or repeats too much. */
export function compilePattern(source: string): LinearPattern {
  if (source.trim() === '')
    throw new PatternError('The pattern is empty: it would fit everything. Write what to look for.')
  if (source.length > patternBounds.pattern) {
    throw new PatternError(`The pattern is longer than ${patternBounds.pattern} characters. Make two of it.`)
  }
  if ((source.match(sizeLimit) ?? []).length > 10) {
    throw new PatternError(
      'The pattern has more than 10 counted repeats like {3,20}. Use * or + where the count is no matter.',
    )
  }
  const compiled = compileSafely(source)
  const groups = Object.keys(compiled.namedGroups())
  return {
    groups,
    match(text) {
      const matcher = compiled.matcher(text.length > patternBounds.text ? text.slice(0, patternBounds.text) : text)
      if (!matcher.find()) return null
      const found: Record<string, string> = {}
      for (const name of groups) {
        const value = matcher.group(name)
        if (value !== null && value !== undefined) found[name] = value.trim()
      }
      return found
    },
  }
}

function compileSafely(source: string): ReturnType<typeof RE2JS.compile> {
  try {
    return RE2JS.compile(source, RE2JS.CASE_INSENSITIVE)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new PatternError(
      `This is no pattern: ${why}. Look-around (?=...) and back-references \\1 do not exist here; write a plain pattern.`,
      { cause: error },
    )
  }
}
