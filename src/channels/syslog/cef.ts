import { mostParsed } from '../bounded.ts'
import type { Field } from '../message.ts'

/** A message in ArcSight's Common Event Format, whatever vendor wrote it. */
export type Cef = {
  readonly vendor: string
  readonly product: string
  readonly version: string
  readonly eventId: string
  readonly name: string
  readonly severity: string
  readonly extension: readonly Field[]
}

const mark = 'CEF:'
const headerParts = 7

/** Reads a text that begins with `CEF:`; null when its seven header parts are not there. */
export function parseCef(text: string): Cef | null {
  if (!text.startsWith(mark)) return null
  const header: string[] = []
  let part = ''
  let at = mark.length
  let kept = at
  for (; at < text.length && header.length < headerParts; at += 1) {
    const char = text[at]
    if (char === '\\' && (text[at + 1] === '|' || text[at + 1] === '\\')) {
      part += text.slice(kept, at)
      kept = at + 1
      at += 1
    } else if (char === '|') {
      header.push(part + text.slice(kept, at))
      part = ''
      kept = at + 1
    }
  }
  // The last bar may be missing when there is no extension.
  if (header.length === headerParts - 1) {
    header.push(part + text.slice(kept))
    kept = text.length
  }
  const [, vendor, product, version, eventId, name, severity] = header
  if (vendor === undefined || product === undefined || version === undefined) return null
  if (eventId === undefined || name === undefined || severity === undefined) return null
  return {
    vendor,
    product,
    version,
    eventId,
    name,
    severity: severity.trim(),
    extension: parseExtension(text.slice(kept)),
  }
}

/**
 * `key=value key=value`: a value goes on up to the last space before the next key, so that it may hold spaces. An equals
 * sign that no key stands before belongs to the value (senders forget to escape it in addresses).
 */
export function parseExtension(text: string): Field[] {
  const fields: Field[] = []
  let name = ''
  let valueFrom = 0
  let wordFrom = 0
  for (let at = 0; at < text.length && fields.length < mostParsed; at += 1) {
    const char = text[at]
    if (char === '\\') {
      at += 1
    } else if (char === ' ') {
      wordFrom = at + 1
    } else if (char === '=') {
      const key = wordFrom > valueFrom || name === '' ? text.slice(wordFrom, at) : ''
      if (!isKey(key)) {
        // The word is looked at once only, or a long run of equals signs would cost its square.
        wordFrom = valueFrom
        continue
      }
      if (name !== '') fields.push({ name, value: unescapeValue(text.slice(valueFrom, wordFrom)) })
      name = key
      valueFrom = at + 1
      wordFrom = valueFrom
    }
  }
  if (name !== '') fields.push({ name, value: unescapeValue(text.slice(valueFrom)) })
  return withLabels(fields)
}

const longestKey = 100

function isKey(text: string): boolean {
  return text.length > 0 && text.length <= longestKey && /^[A-Za-z0-9_.[\]-]+$/.test(text)
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', '=': '=', '\\': '\\', '|': '|' }

function unescapeValue(value: string): string {
  return value.trim().replace(/\\(.)/g, (both, char: string) => escapes[char] ?? both)
}

/** `cs2=KES cs2Label=ProductName` says that the product is KES: the field stands there under its label, too. */
function withLabels(fields: readonly Field[]): Field[] {
  const values = new Map(fields.map(({ name, value }) => [name, value]))
  const labelled = fields.flatMap(({ name, value: label }) => {
    if (!name.endsWith('Label') || !isKey(label) || values.has(label)) return []
    const value = values.get(name.slice(0, -'Label'.length))
    return value === undefined ? [] : [{ name: label, value }]
  })
  return [...fields, ...labelled]
}
