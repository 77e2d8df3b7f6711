/** What is shown of a message as it was kept. Pure. */

export type ShownField = { readonly name: string; readonly value: string }
export type ShownMessage = { readonly raw: string; readonly fields: readonly ShownField[] }

/** Most fields that are drawn. */
const mostShown = 60
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
  return { raw: typeof raw === 'string' ? raw : '', fields: [...once.values()].slice(0, mostShown) }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
