// Text patterns of "=": ? one character, * any number, [a-z] one of, [^a-z] none of (ksc-open-api.md 4.5).
// No regular expression is built: a hostile pattern must not take exponential time.

type Part = { kind: 'many' } | { kind: 'one'; matches(character: string): boolean }

/** Compiles a pattern; matching ignores case, as the server's database does. A "[" without its "]" is an ordinary character. */
export function compileWildcard(pattern: string): (text: string) => boolean {
  const parts = readParts(pattern.toLowerCase())
  if (parts.every((part) => part.kind === 'one') && !/[?[]/.test(pattern)) {
    const wanted = pattern.toLowerCase()
    return (text) => text.toLowerCase() === wanted
  }
  return (text) => matchParts(parts, text.toLowerCase())
}

function readParts(pattern: string): Part[] {
  const parts: Part[] = []
  let at = 0
  while (at < pattern.length) {
    const character = pattern.charAt(at)
    const end = character === '[' ? pattern.indexOf(']', pattern.charAt(at + 1) === '^' ? at + 3 : at + 2) : -1
    if (character === '*') parts.push({ kind: 'many' })
    else if (character === '?') parts.push({ kind: 'one', matches: () => true })
    else if (end > 0) parts.push({ kind: 'one', matches: readClass(pattern.slice(at + 1, end)) })
    else parts.push({ kind: 'one', matches: (found) => found === character })
    at = end > 0 ? end + 1 : at + 1
  }
  return parts
}

function readClass(inside: string): (character: string) => boolean {
  const negated = inside.startsWith('^')
  const body = negated ? inside.slice(1) : inside
  const ranges: [string, string][] = []
  for (let at = 0; at < body.length; at += 1) {
    const low = body.charAt(at)
    const isRange = body.charAt(at + 1) === '-' && at + 2 < body.length
    ranges.push([low, isRange ? body.charAt(at + 2) : low])
    if (isRange) at += 2
  }
  return (character) => ranges.some(([low, high]) => character >= low && character <= high) !== negated
}

/** Greedy matching that only ever goes back to the last star: time is at most length of text times length of pattern. */
function matchParts(parts: Part[], text: string): boolean {
  let part = 0
  let at = 0
  let star = -1
  let starAt = 0
  while (at < text.length) {
    const current = parts[part]
    if (current?.kind === 'many') {
      star = part
      starAt = at
      part += 1
    } else if (current?.matches(text.charAt(at))) {
      part += 1
      at += 1
    } else if (star >= 0) {
      starAt += 1
      at = starAt
      part = star + 1
    } else {
      return false
    }
  }
  while (parts[part]?.kind === 'many') part += 1
  return part === parts.length
}
