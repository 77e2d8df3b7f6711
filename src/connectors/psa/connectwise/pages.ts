import type { z } from 'zod'
import { ConnectorError } from '../../failure.ts'
import { type Context, call } from './client.ts'
import { type Condition, encodeQuery } from './conditions.ts'

export type List<T extends z.ZodType<{ id: number }>> = {
  /** After `apis/3.0/`. */
  readonly path: string
  readonly where?: Condition
  /** Names of what is read, so that nothing else is sent to us. */
  readonly fields: readonly string[]
  readonly row: T
  /** The path names a parent record, which may be missing. */
  readonly onRecord?: boolean
}

/** The most that ConnectWise gives at once (connectwise-api.md 6). */
const pageSize = 1_000

/**
 * All rows that fit, page by page, in the order of their ids. Paged forward only, that is by `id > the last one`: a
 * record that is added or deleted meanwhile moves no other to another page. The end is a short page, since the address
 * of a next page is always given (connectwise-api.md 6).
 */
export async function* readPages<T extends z.ZodType<{ id: number }>>(
  context: Context,
  { path, where, fields, row, onRecord = false }: List<T>,
): AsyncGenerator<readonly z.infer<T>[]> {
  let last = 0
  for (;;) {
    const query = [
      `pageSize=${pageSize}`,
      ...(last === 0 ? [] : [`pageId=${last}`]),
      `fields=${fields.join(',')}`,
      ...(where === undefined ? [] : [`conditions=${encodeQuery(where)}`]),
    ].join('&')
    const request = { method: 'GET', path, query, forwardOnly: true, onRecord } as const
    const rows = await call(context, request, row.array())
    for (const one of rows) {
      if (one.id <= last) throw outOfOrder(path)
      last = one.id
    }
    if (rows.length > 0) yield rows
    if (rows.length < pageSize) return
  }
}

/** All rows that fit, in one list. */
export async function readAll<T extends z.ZodType<{ id: number }>>(
  context: Context,
  list: List<T>,
): Promise<readonly z.infer<T>[]> {
  const rows: z.infer<T>[] = []
  for await (const page of readPages(context, list)) rows.push(...page)
  return rows
}

/** Going on would skip rows or read them for ever, and a list that is not whole must not look whole. */
function outOfOrder(path: string): ConnectorError {
  return new ConnectorError(
    'later',
    'bad-reply',
    `ConnectWise answered ${path} with rows that are not in the order of their ids, so the list cannot be read whole. If it stays so, report it.`,
  )
}
