// Pages of a list: wishes in the body or the query, and where the next page begins (tigerpaw-api.md 2.3).
import type { Switches } from '../store/settings.ts'
import { HttpError } from '../wire/answers.ts'
import { lookUp } from '../wire/body.ts'
import type { Json } from '../wire/xml-write.ts'

/** A wish; null is left out. */
export type PageWish = { size: number | null; start: number | null }

/** Reads `PageSize` and `StartRow` of a body. */
export function pageOfBody(body: Readonly<Record<string, unknown>>): PageWish {
  return { size: whole('PageSize', lookUp(body, 'PageSize')), start: whole('StartRow', lookUp(body, 'StartRow')) }
}

/** Reads the query: `pageRequest.pageSize` of the contract, or plain `PageSize`, in any case. */
export function pageOfQuery(query: URLSearchParams): PageWish {
  const given = new Map([...query].map(([name, value]) => [name.toLowerCase().replace(/^pagerequest\./, ''), value]))
  return { size: whole('PageSize', given.get('pagesize')), start: whole('StartRow', given.get('startrow')) }
}

/** One page as the envelope of a list; `name` is the property that holds the items. `NextRow` is 0 on the last page. */
export function page<Row>(
  rows: readonly Row[],
  wish: PageWish,
  switches: Switches,
  name: string,
  show: (row: Row) => Json,
): Json {
  const { firstRow, defaultPageSize, maxPageSize } = switches
  const size = Math.min(wish.size !== null && wish.size > 0 ? wish.size : defaultPageSize, maxPageSize)
  const start = Math.max(wish.start ?? firstRow, firstRow)
  const from = start - firstRow
  const items = rows.slice(from, from + size)
  const hasMore = from + size < rows.length
  return {
    [name]: items.map(show),
    PageSize: size,
    NextRow: hasMore ? start + size : 0,
    TotalCount: rows.length,
    Success: true,
    Message: '',
  }
}

function whole(name: string, value: unknown): number | null {
  if (value === undefined || value === null || value === '') return null
  const number = Number(value)
  if (!Number.isInteger(number)) throw new HttpError(400, `The request is invalid. ${name} must be a whole number.`)
  return number
}
