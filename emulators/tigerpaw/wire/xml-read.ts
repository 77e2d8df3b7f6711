// A small namespace-aware XML reader: enough for request bodies and SOAP envelopes, no document types, no outside entities.

/** One element. `name` is without prefix; `text` is all character data directly in it. */
export type XmlElement = {
  name: string
  /** '' when it is in none. */
  namespace: string
  /** By local name; namespace declarations are not among them. */
  attributes: ReadonlyMap<string, string>
  children: XmlElement[]
  text: string
  /** The element as it was sent, for what is only passed on. */
  source: string
}

/** The text is not well-formed XML, or holds a document type. */
export class XmlError extends Error {
  readonly code = 'xml'
  override readonly name = 'XmlError'
}

type Open = { element: XmlElement; tag: string; scope: ReadonlyMap<string, string>; start: number }

const nameStart = '[A-Za-z_\\u00C0-\\uFFFF]'
const qualified = `${nameStart}[\\w.\\-\\u00B7-\\uFFFF]*(?::${nameStart}[\\w.\\-\\u00B7-\\uFFFF]*)?`
const openTag = new RegExp(`<(${qualified})((?:\\s+${qualified}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`, 'y')
const closeTag = new RegExp(`</(${qualified})\\s*>`, 'y')
const attribute = new RegExp(`(${qualified})\\s*=\\s*(?:"([^"<]*)"|'([^'<]*)')`, 'g')
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Reads a document; gives its root element. Throws `XmlError`. */
export function parseXml(document: string): XmlElement {
  // As every XML reader does: line ends become LF, so a CR survives only as a character reference.
  const source = document.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  const stack: Open[] = []
  let root: XmlElement | undefined
  let at = 0

  function addText(text: string): void {
    const top = stack.at(-1)
    if (top) top.element.text += text
    else if (text.trim() !== '') throw new XmlError(`text outside the root element: ${text.trim().slice(0, 40)}`)
  }

  function close(open: Open, end: number): void {
    stack.pop()
    open.element.source = source.slice(open.start, end)
    const parent = stack.at(-1)
    if (parent) parent.element.children.push(open.element)
    else if (root) throw new XmlError('there is more than one root element')
    else root = open.element
  }

  while (at < source.length) {
    const next = source.indexOf('<', at)
    const textEnd = next === -1 ? source.length : next
    if (textEnd > at) addText(decode(source.slice(at, textEnd)))
    if (next === -1) break
    const skipped = skipMarkup(source, next, addText)
    if (skipped !== undefined) {
      at = skipped
      continue
    }
    closeTag.lastIndex = next
    const ending = closeTag.exec(source)
    if (ending) {
      at = closeTag.lastIndex
      const open = stack.at(-1)
      if (!open || open.tag !== ending[1]) throw new XmlError(`</${ending[1]}> closes nothing that is open`)
      close(open, at)
      continue
    }
    openTag.lastIndex = next
    const opening = openTag.exec(source)
    if (!opening) throw new XmlError(`no tag at "${source.slice(next, next + 40)}"`)
    at = openTag.lastIndex
    const open = readOpenTag(opening[1] ?? '', opening[2] ?? '', stack.at(-1)?.scope ?? new Map(), next)
    stack.push(open)
    if (opening[3] === '/') close(open, at)
  }
  const unclosed = stack.at(-1)
  if (unclosed) throw new XmlError(`<${unclosed.tag}> is not closed`)
  if (!root) throw new XmlError('there is no root element')
  return root
}

/** Steps over declarations, comments and CDATA; undefined when there is a tag. */
function skipMarkup(source: string, at: number, addText: (text: string) => void): number | undefined {
  if (source.startsWith('<?', at)) return endOf(source, at, '?>')
  if (source.startsWith('<!--', at)) return endOf(source, at, '-->')
  if (source.startsWith('<![CDATA[', at)) {
    const end = endOf(source, at, ']]>')
    addText(source.slice(at + 9, end - 3))
    return end
  }
  if (source.startsWith('<!', at)) throw new XmlError('a document type is not allowed')
  return undefined
}

function endOf(source: string, at: number, mark: string): number {
  const end = source.indexOf(mark, at)
  if (end === -1) throw new XmlError(`"${source.slice(at, at + 9)}" has no end`)
  return end + mark.length
}

function readOpenTag(tag: string, text: string, outer: ReadonlyMap<string, string>, start: number): Open {
  const scope = new Map(outer)
  const attributes = new Map<string, string>()
  for (const [, name = '', double, single] of text.matchAll(attribute)) {
    const value = decode(double ?? single ?? '')
    if (name === 'xmlns') scope.set('', value)
    else if (name.startsWith('xmlns:')) scope.set(name.slice(6), value)
    else attributes.set(name.slice(name.indexOf(':') + 1), value)
  }
  const colon = tag.indexOf(':')
  const prefix = colon === -1 ? '' : tag.slice(0, colon)
  const namespace = scope.get(prefix)
  if (namespace === undefined && prefix !== '') throw new XmlError(`the prefix ${prefix} is not declared`)
  const name = tag.slice(colon + 1)
  const element = { name, namespace: namespace ?? '', attributes, children: [], text: '', source: '' }
  return { element, tag, scope, start }
}

function decode(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&([^;&\s]*);?/g, (whole, name: string) => {
    const code = /^#x([0-9a-f]{1,6})$/i.exec(name)?.[1] ?? /^#(\d{1,7})$/.exec(name)?.[1]
    const number = code === undefined ? Number.NaN : Number.parseInt(code, /^#x/i.test(name) ? 16 : 10)
    const character = Number.isNaN(number) || number > 0x10ffff ? named[name] : String.fromCodePoint(number)
    if (character === undefined || !whole.endsWith(';')) throw new XmlError(`"${whole}" is no entity`)
    return character
  })
}
