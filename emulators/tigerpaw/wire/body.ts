// Request bodies: JSON, XML or a form, picked by Content-Type; JSON when none is named (tigerpaw-api.md 2.1).
import type { EmulatorRequest } from '../../kit/definition.ts'
import { HttpError } from './answers.ts'
import { parseXml, type XmlElement, XmlError } from './xml-read.ts'

/** The body as a plain value; an empty one is null. Throws `HttpError` 400 or 415. */
export function readBody(request: Pick<EmulatorRequest, 'headers' | 'body'>): unknown {
  if (request.body.length === 0) return null
  const type = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? ''
  const text = request.body.toString('utf8').replace(/^\uFEFF/, '')
  if (type === 'application/json' || type === 'text/json') return parseJson(text)
  if (type === 'application/xml' || type === 'text/xml') return toPlain(parseDocument(text))
  if (type === 'application/x-www-form-urlencoded') return parseForm(text)
  throw new HttpError(415, `The request entity's media type '${type}' is not supported for this resource.`)
}

/** The body of calls that take one text: a JSON text, or an XML document whose root holds only text. */
export function readText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw new HttpError(400, 'The request is invalid. The body must be one text.')
}

/** The body of calls that take an object. */
export function readObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new HttpError(400, 'The request is invalid. The body must be an object.')
}

/** A list: of JSON as it is, of XML the children of this name. Unset is an empty list. */
export function readList(value: unknown, itemName: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (value === null || value === undefined || value === '') return []
  const items = lookUp(readObject(value), itemName)
  if (items === undefined) throw new HttpError(400, `The request is invalid. A list of ${itemName} is expected.`)
  return Array.isArray(items) ? items : [items]
}

/** A property by its name, whose case does not matter. */
export function lookUp(object: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name]
  const wanted = name.toLowerCase()
  const key = Object.keys(object).find((one) => one.toLowerCase() === wanted)
  return key === undefined ? undefined : object[key]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new HttpError(400, 'The request is invalid. The body is not JSON.')
  }
}

function parseDocument(text: string): XmlElement {
  try {
    return parseXml(text)
  } catch (error) {
    if (error instanceof XmlError)
      throw new HttpError(400, `The request is invalid. The XML is wrong: ${error.message}`)
    throw error
  }
}

function toPlain(element: XmlElement): unknown {
  if (element.attributes.get('nil') === 'true') return null
  if (element.children.length === 0) return element.text
  const object = emptyObject()
  for (const child of element.children) {
    const value = toPlain(child)
    const before = object[child.name]
    if (before === undefined) object[child.name] = value
    else object[child.name] = Array.isArray(before) ? [...before, value] : [before, value]
  }
  return object
}

/** `DateTimeClosed.DateTime=...` is a property of an object. */
function parseForm(text: string): unknown {
  const object = emptyObject()
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split('.')
    const last = path.pop() ?? name
    let place = object
    for (const step of path) {
      const below = place[step]
      const next = typeof below === 'object' && below !== null ? (below as Record<string, unknown>) : emptyObject()
      place[step] = next
      place = next
    }
    place[last] = value
  }
  return object
}

/** Without a prototype: names come from outside, and one may be called `constructor`. */
function emptyObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}
