import { releaseResultSet, useResultSet } from '../result-sets.ts'
import { badFormat } from '../wire/pxg-error.ts'
import { written } from '../wire/written.ts'
import type { Call, MethodTable } from './call.ts'

/** `ChunkAccessor.*` (ksc-open-api.md 4.3). */
export const chunkAccessorMethods: MethodTable = {
  'ChunkAccessor.GetItemsCount': ({ session, args, now }) => ({
    PxgRetVal: useResultSet(session, 'chunk', args.required('strAccessor'), now).rows.count,
  }),
  'ChunkAccessor.GetItemsChunk': (call) => {
    const { session, args, now } = call
    const id = args.required('strAccessor')
    expireOnFault(call, id)
    const { rows } = useResultSet(session, 'chunk', id, now)
    const start = args.int('nStart', 0)
    const count = args.int('nCount', 0)
    if (start < 0 || count < 0) throw badFormat('nStart and nCount must not be negative')
    const items = readPage(call, rows.write, start, count)
    return written(`{"PxgRetVal":${items.length},"pChunk":{"KLCSP_ITERATOR_ARRAY":[${items.join(',')}]}}`)
  },
  'ChunkAccessor.Release': ({ session, args, now }) => {
    releaseResultSet(session, 'chunk', args.required('strAccessor'), now)
    return {}
  },
}

/** Fault `expireAccessor`: the set is gone between two pages. */
export function expireOnFault(call: Call, id: string): void {
  if (call.hit('expireAccessor')) call.session.sets.delete(id)
}

/** Reads a page; fault `halfList` gives fewer items than asked although more remain. */
export function readPage<Item>(
  call: Call,
  read: (start: number, count: number) => Item[],
  start: number,
  count: number,
): Item[] {
  const items = read(start, count)
  return items.length > 1 && call.hit('halfList') ? items.slice(0, Math.floor(items.length / 2)) : items
}
