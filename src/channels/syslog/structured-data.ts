import { mostParsed } from '../bounded.ts'
import type { Field } from '../message.ts'

/** One element of RFC 5424's STRUCTURED-DATA. */
export type StructuredElement = { readonly id: string; readonly params: readonly Field[] }

export type StructuredData = {
  readonly elements: readonly StructuredElement[]
  /** Where the text goes on behind the elements. */
  readonly end: number
  /** False when an element does not end as it should, or there are too many; what was read stands in `elements`. */
  readonly whole: boolean
}

const backslash = 92
const quote = 34
const space = 32
const closing = 93
const equals = 61

/** Reads the elements that begin at `start` (a `[`), each character once. */
export function parseStructuredData(text: string, start: number): StructuredData {
  const elements: StructuredElement[] = []
  let at = start
  let params = 0
  while (text[at] === '[') {
    const element = parseElement(text, at + 1)
    params += 1 + element.params.length
    if (element.params.length > 0 || element.id !== '') elements.push({ id: element.id, params: element.params })
    if (!element.whole || params > mostParsed) return { elements, end: text.length, whole: false }
    at = element.end
  }
  return { elements, end: at, whole: true }
}

type Element = StructuredElement & { readonly end: number; readonly whole: boolean }

function parseElement(text: string, start: number): Element {
  let at = skipTo(text, start, (code) => code === space || code === closing)
  const id = text.slice(start, at)
  const params: Field[] = []
  const broken = (): Element => ({ id, params, end: text.length, whole: false })
  for (;;) {
    while (text.charCodeAt(at) === space) at += 1
    if (at >= text.length || params.length > mostParsed) return broken()
    if (text.charCodeAt(at) === closing) return { id, params, end: at + 1, whole: true }
    const nameEnd = skipTo(text, at, (code) => code === equals || code === space || code === closing)
    if (text.charCodeAt(nameEnd) !== equals || text.charCodeAt(nameEnd + 1) !== quote) return broken()
    const value = parseValue(text, nameEnd + 2)
    if (value === null) return broken()
    params.push({ name: text.slice(at, nameEnd), value: value.text })
    at = value.end
  }
}

/** A quoted value from behind its quote on; `\"`, `\]` and `\\` lose their backslash, others keep it (RFC 5424, 6.3.3). */
function parseValue(text: string, start: number): { readonly text: string; readonly end: number } | null {
  let value = ''
  let kept = start
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) return { text: value + text.slice(kept, at), end: at + 1 }
    if (code !== backslash) continue
    const next = text.charCodeAt(at + 1)
    if (next !== quote && next !== closing && next !== backslash) continue
    value += text.slice(kept, at)
    kept = at + 1
    at += 1
  }
  return null
}

function skipTo(text: string, start: number, isEnd: (code: number) => boolean): number {
  let at = start
  while (at < text.length && !isEnd(text.charCodeAt(at))) at += 1
  return at
}
