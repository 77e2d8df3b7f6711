import { type ParsedMail, simpleParser } from 'mailparser'

/** A mail taken apart, as far as it can be. */
export type Mail = {
  readonly subject: string
  /** From addresses in lower case; a whole mail has one. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** Addresses that the receiving server wrote down as the one it delivered to. */
  readonly deliveredTo: readonly string[]
  /** As its header says; null when there is none or it is none. */
  readonly date: Date | null
  readonly messageId: string
  /** Plain text; made from the HTML where there is no other. */
  readonly body: string
  /** False when the MIME structure is broken so that only headers and raw text could be read. */
  readonly isWhole: boolean
}

/** Longest HTML that is made plain, and most parts: both cost time before anything is known of the mail. */
const limits = { html: 512 * 1024, parts: 200, head: 128 * 1024 }

/** Takes a mail apart; never throws: of one whose structure is broken the headers and the text are read as they stand. */
export async function parseMail(raw: Buffer): Promise<Mail> {
  try {
    const parsed = await simpleParser(raw, {
      skipImageLinks: true,
      skipTextToHtml: true,
      keepCidLinks: true,
      checksumAlgo: false,
      maxHtmlLengthToParse: limits.html,
      maxChildNodes: limits.parts,
      maxHeadSize: limits.head,
    })
    return toMail(parsed, raw)
  } catch {
    // What the parser cannot take is no fault of ours: the mail is shown with what its lines say.
    return readLines(raw)
  }
}

function toMail(parsed: ParsedMail, raw: Buffer): Mail {
  const lines = new Map(parsed.headerLines.map(({ key, line }) => [key, afterColon(line)]))
  const text = parsed.text ?? ''
  return {
    subject: oneLine(parsed.subject ?? ''),
    from: parsed.headerLines.filter(({ key }) => key === 'from').length > 1 ? manyFrom : addressesOf(parsed.from),
    to: addressesOf(parsed.to),
    deliveredTo: deliveredTo(lines),
    date: toDate(lines.get('date') ?? ''),
    messageId: (parsed.messageId ?? '').trim(),
    body: plain(text === '' && parsed.headerLines.length === 0 ? raw.toString('utf8') : text),
    isWhole: true,
  }
}

/** More than one From header is a trick to show one and be checked by the other: it counts as many addresses. */
const manyFrom = ['', '']

function addressesOf(header: ParsedMail['to']): string[] {
  const headers = header === undefined ? [] : Array.isArray(header) ? header : [header]
  return headers
    .flatMap(({ value }) => value)
    .flatMap((entry) => [entry, ...(entry.group ?? [])])
    .flatMap(({ address }) => (address === undefined || address === '' ? [] : [address.toLowerCase()]))
}

function deliveredTo(lines: ReadonlyMap<string, string>): string[] {
  return ['delivered-to', 'x-original-to', 'envelope-to'].flatMap((name) => {
    const value = (lines.get(name) ?? '').replace(/[<>]/g, '').trim().toLowerCase()
    return value === '' ? [] : [value]
  })
}

function afterColon(line: string): string {
  const colon = line.indexOf(':')
  return colon < 0 ? '' : oneLine(line.slice(colon + 1))
}

function toDate(text: string): Date | null {
  const ms = Date.parse(text.slice(0, 200).replace(/\([^)]{0,100}\)\s*$/, ''))
  return Number.isNaN(ms) ? null : new Date(ms)
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** Line breaks as `\n`, other space as one blank, so that patterns need not know how a mail was wrapped. */
function plain(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .replace(/[\t \u00a0\u200b]+/g, ' ')
    .trim()
}

/** The headers up to the first empty line, and the rest as it is. */
function readLines(raw: Buffer): Mail {
  const text = raw.toString('utf8').replaceAll('\r\n', '\n')
  const gap = text.indexOf('\n\n')
  const head = text.slice(0, gap < 0 ? limits.head : Math.min(gap, limits.head))
  const headers = new Map<string, string[]>()
  let name = ''
  for (const line of head.split('\n')) {
    const isFolded = line.startsWith(' ') || line.startsWith('\t')
    if (!isFolded) name = line.slice(0, Math.max(line.indexOf(':'), 0)).toLowerCase()
    const values = headers.get(name) ?? []
    if (isFolded && values.length > 0) values.push(`${values.pop() ?? ''} ${line.trim()}`)
    else values.push(afterColon(line))
    headers.set(name, values)
  }
  const first = (header: string): string => oneLine(headers.get(header)?.[0] ?? '')
  const from = (headers.get('from') ?? []).flatMap(
    (value) => value.match(/[^\s<>"',;]{1,64}@[^\s<>"',;]{1,255}/g) ?? [],
  )
  return {
    subject: first('subject'),
    from: from.map((address) => address.toLowerCase()),
    to: [],
    deliveredTo: deliveredTo(new Map([...headers].map(([key, values]) => [key, values[0] ?? '']))),
    date: toDate(first('date')),
    messageId: first('message-id'),
    body: plain(gap < 0 ? text : text.slice(gap + 2)),
    isWhole: false,
  }
}
