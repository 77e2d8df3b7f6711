// Both ways of paging with their `Link` headers (RFC 5988; connectwise-api.md 6).
import { badCondition } from '../answers.ts'
import type { Row } from '../model/field.ts'
import type { Switches } from '../store/settings.ts'
import type { Parameters } from './parameters.ts'

/** A page of a list. */
export type Page = { rows: readonly Row[]; link: string }

const usualPage = 25
const largestPage = 1000

/** Cuts a page out of all matches. `url` is the list's own address, without a query. Throws for parameters that fail. */
export function cutPage(matches: readonly Row[], parameters: Parameters, switches: Switches, url: string): Page {
  const size = readSize(parameters, switches)
  return parameters.forwardOnly
    ? forwardPage(matches, parameters, size, url)
    : navigablePage(matches, parameters, size, url)
}

function navigablePage(matches: readonly Row[], parameters: Parameters, size: number, url: string): Page {
  const page = Math.max(1, wholeNumber(parameters, 'page') ?? 1)
  const last = Math.max(1, Math.ceil(matches.length / size))
  const links: string[] = []
  const add = (rel: string, to: number): void => {
    links.push(`<${url}?${withParameters(parameters, { pageSize: String(size), page: String(to) })}>; rel="${rel}"`)
  }
  if (page < last) {
    add('next', page + 1)
    add('last', last)
  }
  if (page > 1) {
    add('prev', Math.min(page - 1, last))
    add('first', 1)
  }
  return { rows: matches.slice((page - 1) * size, page * size), link: links.join(', ') }
}

/** `pageId` is one more condition, id > pageId; a next link is always there, so clients stop at an empty page. */
function forwardPage(matches: readonly Row[], parameters: Parameters, size: number, url: string): Page {
  if (parameters.get('orderBy') !== '') throw badCondition('orderBy cannot be used with forward-only pagination.')
  const after = wholeNumber(parameters, 'pageId') ?? 0
  const rows = matches.filter((row) => row.id > after).slice(0, size)
  const next = rows.at(-1)?.id ?? after
  const query = withParameters(parameters, { pageSize: String(size), pageId: String(next) })
  return { rows, link: `<${url}?${query}>; rel="next"` }
}

function readSize(parameters: Parameters, { largePage }: Switches): number {
  const size = wholeNumber(parameters, 'pageSize') ?? usualPage
  if (size < 1) throw badCondition('pageSize must be greater than 0.')
  if (size <= largestPage) return size
  if (largePage === 'rejected') throw badCondition(`pageSize must not be greater than ${largestPage}.`)
  return largestPage
}

function wholeNumber(parameters: Parameters, name: string): number | undefined {
  const text = parameters.get(name)
  if (text === '') return undefined
  if (!/^-?\d{1,9}$/.test(text)) throw badCondition(`${name} must be a whole number.`)
  return Number(text)
}

/** The query as it came, with other paging values. */
function withParameters(parameters: Parameters, values: Record<string, string>): string {
  const replaced = new Set(Object.keys(values).map((name) => name.toLowerCase()))
  const query = new URLSearchParams()
  for (const [name, value] of parameters.all) if (!replaced.has(name.toLowerCase())) query.append(name, value)
  for (const [name, value] of Object.entries(values)) query.append(name, value)
  return query.toString()
}
