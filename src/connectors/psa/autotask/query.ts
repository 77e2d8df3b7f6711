import type { z } from 'zod'
import { ConnectorError } from '../../failure.ts'
import { type Context, call } from './client.ts'
import { pageOf } from './wire.ts'

/**
 * A condition of a query. The operators are closed here because Autotask drops a condition whose operator it does not
 * know and then answers too much (autotask-api.md 3).
 */
export type Condition = {
  readonly op: 'eq' | 'gt' | 'gte' | 'in' | 'beginsWith'
  readonly field: string
  readonly value: string | number | boolean | readonly number[]
}

export type Query<T extends z.ZodType<{ id: number }>> = {
  readonly entity: string
  readonly where: readonly Condition[]
  readonly fields: readonly string[]
  readonly row: T
}

/** Rows of a page; the most that Autotask gives (autotask-api.md 9). */
const pageSize = 500

/**
 * All rows that fit, page by page. The next page is asked for by `id gt`, which works since answers come in the order of
 * ids; so the address of the next page, which a query by POST must re-post with its body, is never followed.
 */
export async function* queryPages<T extends z.ZodType<{ id: number }>>(
  context: Context,
  { entity, where, fields, row }: Query<T>,
): AsyncGenerator<readonly z.infer<T>[]> {
  let last = -1
  for (;;) {
    const after: Condition = { op: 'gt', field: 'id', value: last }
    const body = {
      MaxRecords: pageSize,
      IncludeFields: fields,
      Filter: [{ op: 'and', items: [...where, after] }],
    }
    const request = { method: 'POST', path: `${entity}/query`, body, write: false } as const
    const page = await call(context, request, pageOf(row))
    for (const one of page.items) {
      if (one.id <= last) throw outOfOrder(entity)
      last = one.id
    }
    if (page.items.length > 0) yield page.items
    if (page.items.length === 0 || page.pageDetails.nextPageUrl === null) return
  }
}

/** All rows that fit, in one list. */
export async function queryAll<T extends z.ZodType<{ id: number }>>(
  context: Context,
  query: Query<T>,
): Promise<readonly z.infer<T>[]> {
  const rows: z.infer<T>[] = []
  for await (const page of queryPages(context, query)) rows.push(...page)
  return rows
}

/** Going on would skip rows, and a list that is not whole must not look whole. */
function outOfOrder(entity: string): ConnectorError {
  return new ConnectorError(
    'later',
    'bad-reply',
    `Autotask answered ${entity}/query with rows that are not in the order of their ids, so the list cannot be read whole. If it stays so, report it.`,
  )
}
