import type { z } from 'zod'
import { ConnectorError } from '../../failure.ts'
import { type Call, type Context, call } from './client.ts'
import { pageOf } from './wire.ts'

/**
 * One condition of a search. Different types narrow it, the same type twice widens it. Tigerpaw's default match is
 * StartsWith, so the match is always sent (tigerpaw-api.md 2.5).
 */
export type Criterion = {
  readonly SearchType: 'Reference' | 'ServiceOrderNumber' | 'AccountNumber' | 'ExternalProduct'
  readonly MatchType: 'Equal' | 'GreaterThan' | 'StartsWith'
  readonly Criteria: string
}

/** A list that comes in pages: how a page is asked for, and what its rows are. */
export type List<T extends z.ZodType> = {
  /** What the list is called in a failure, such as `accounts/search`. */
  readonly what: string
  /** The property that holds the rows. */
  readonly name: string
  readonly row: T
  readonly idOf: (row: z.infer<T>) => number
  ask(start: number, size: number): Call
}

/** A search by criteria; its page is asked for in the body. */
export function searchFor<T extends z.ZodType>(list: Omit<List<T>, 'ask'>, criteria: readonly Criterion[]): List<T> {
  return {
    ...list,
    ask: (start, size) => ({
      method: 'POST',
      path: list.what,
      body: { Criteria: criteria, PageSize: size, StartRow: start },
      write: false,
    }),
  }
}

/**
 * All rows, page by page, each once. The first row's number, the largest page and what `NextRow` says on the last page are not
 * documented, so at the end the rows are counted against `TotalCount`: a list that came short must not look whole.
 */
export async function* pagesOf<T extends z.ZodType>(
  context: Context,
  list: List<T>,
): AsyncGenerator<readonly z.infer<T>[]> {
  const { firstRow, pageSize } = context.settings
  const seen = new Set<number>()
  let start = firstRow
  for (;;) {
    const page = await call(context, list.ask(start, pageSize), pageOf(list.name, list.row))
    const fresh = page.items.filter((row) => !seen.has(list.idOf(row)))
    for (const row of fresh) seen.add(list.idOf(row))
    if (fresh.length > 0) yield fresh
    const total = page.totalCount
    const mayBeMore = page.items.length >= pageSize || seen.size < total
    if (fresh.length > 0 && mayBeMore && page.nextRow > start) {
      start = page.nextRow
      continue
    }
    if (seen.size < total) throw cameShort(list.what, seen.size, total)
    return
  }
}

/** All rows in one list. */
export async function allOf<T extends z.ZodType>(context: Context, list: List<T>): Promise<readonly z.infer<T>[]> {
  const rows: z.infer<T>[] = []
  for await (const page of pagesOf(context, list)) rows.push(...page)
  return rows
}

function cameShort(what: string, got: number, total: number): ConnectorError {
  return new ConnectorError(
    'later',
    'bad-reply',
    `Tigerpaw gave ${got} of ${total} rows of ${what}. If it stays so, change "Number of the first row" or "Rows of a page" in the settings of the connection.`,
  )
}
