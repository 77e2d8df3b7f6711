/** What is shown of a message as it was kept. Pure. */

export type ShownField = { readonly name: string; readonly value: string }
export type ShownMessage = {
  readonly raw: string
  readonly fields: readonly ShownField[]
  /** `raw` is only the beginning of it. */
  readonly isCut: boolean
}

/** Most fields that are drawn. */
const mostShown = 60
/** Texts that are longer come as their beginning (src/channels/bounded.ts). */
const longestRaw = 16 * 1024
/** Longer values stand in the text itself. */
const longestValue = 500

/** Reads a message of any version: what is not there is empty. The same name and value stand once. */
export function messageOf(message: unknown): ShownMessage {
  const { raw, fields } = isRecord(message) ? message : {}
  const shown = (Array.isArray(fields) ? fields : []).flatMap((field: unknown): ShownField[] => {
    if (!isRecord(field) || typeof field.name !== 'string' || typeof field.value !== 'string') return []
    const { name, value } = field
    if (value === '') return []
    return [{ name, value: value.length > longestValue ? `${value.slice(0, longestValue)} …` : value }]
  })
  const once = new Map(shown.map((field) => [`${field.name} ${field.value}`, field]))
  const text = typeof raw === 'string' ? raw : ''
  return { raw: text, fields: [...once.values()].slice(0, mostShown), isCut: text.length >= longestRaw }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
