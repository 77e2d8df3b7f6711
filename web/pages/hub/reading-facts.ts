/** What was read of a message, as lines for a person. Pure. */

/** Names and values in the order of the reading; what is empty is left out. Lists and parts become text. */
export function factsOf(reading: Readonly<Record<string, unknown>>): (readonly [name: string, value: string])[] {
  return Object.entries(reading).flatMap(([name, value]) => {
    if (name === 'kind') return []
    const text = toText(value)
    return text === '' ? [] : [[name, text] as const]
  })
}

function toText(value: unknown): string {
  if (value === null || value === undefined || value === false) return ''
  if (Array.isArray(value)) return value.map(toText).join('\n')
  if (typeof value === 'object') {
    const { name, statusKey, key, text } = value as Readonly<Record<string, unknown>>
    return [name ?? statusKey ?? key, text].map(toText).filter(Boolean).join(': ')
  }
  return String(value)
}
