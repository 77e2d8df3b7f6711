import { mostParsed } from '../bounded.ts'
import type { Field } from '../message.ts'

/** A message in QRadar's Log Event Extended Format, 1.0 or 2.0. */
export type Leef = {
  readonly vendor: string
  readonly product: string
  readonly version: string
  readonly eventId: string
  readonly attributes: readonly Field[]
}

const mark = 'LEEF:'

/** Reads a text that begins with `LEEF:`; null when its header is not there. */
export function parseLeef(text: string): Leef | null {
  if (!text.startsWith(mark)) return null
  const header: string[] = []
  let from = mark.length
  while (header.length < 5) {
    const bar = text.indexOf('|', from)
    if (bar < 0) break
    header.push(text.slice(from, bar))
    from = bar + 1
  }
  // The last bar may be missing when there are no attributes.
  if (header.length === 4) {
    header.push(text.slice(from))
    from = text.length
  }
  const [leef, vendor, product, version, eventId] = header
  if (leef === undefined || vendor === undefined || product === undefined) return null
  if (version === undefined || eventId === undefined) return null
  const { delimiter, rest } = leef.startsWith('2')
    ? findDelimiter(text.slice(from))
    : { delimiter: '\t', rest: text.slice(from) }
  return { vendor, product, version, eventId: eventId.trim(), attributes: parseAttributes(rest, delimiter) }
}

/** LEEF 2.0 names its delimiter: one character, or its code as `x09` or `0x09`; senders that leave it out mean a tab. */
function findDelimiter(text: string): { readonly delimiter: string; readonly rest: string } {
  const bar = text.slice(0, 8).indexOf('|')
  const named = bar < 0 ? null : text.slice(0, bar)
  if (named === null || named.includes('=')) return { delimiter: '\t', rest: text }
  const rest = text.slice(bar + 1)
  const code = /^0?x([0-9a-f]{1,4})$/i.exec(named)?.[1]
  if (code !== undefined) return { delimiter: String.fromCharCode(Number.parseInt(code, 16)), rest }
  return { delimiter: named === '' ? '\t' : named, rest }
}

function parseAttributes(text: string, delimiter: string): Field[] {
  return text.split(delimiter, mostParsed).flatMap((pair) => {
    const equals = pair.indexOf('=')
    return equals <= 0 ? [] : [{ name: pair.slice(0, equals).trim(), value: pair.slice(equals + 1).trim() }]
  })
}
