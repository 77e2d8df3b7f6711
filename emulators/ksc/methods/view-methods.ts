import { toRecord } from '../attributes/attribute.ts'
import { createEventAttributes } from '../attributes/event-attributes.ts'
import { openResultSet, type ResultRows, releaseResultSet, useResultSet } from '../result-sets.ts'
import { badFormat, notFound } from '../wire/pxg-error.ts'
import { params } from '../wire/values.ts'
import { cancelAsync, finishAsync, startAsync } from './async-methods.ts'
import type { Call, MethodTable } from './call.ts'
import { expireOnFault, readPage } from './chunk-accessor.ts'
import { eventRows, findEvents, readRange } from './event-search.ts'
import { readFilter } from './search.ts'

/** `SrvView.*` with the view `EventsSrvViewName` (ksc-open-api.md 6.2); other views are not there. */
export const viewMethods: MethodTable = {
  'SrvView.ResetIterator': (call) => ({
    wstrIteratorId: openResultSet(call.session, 'view', viewRows(call), call.args.int('lifetimeSec', 0), call.now),
  }),
  'SrvView.GetRecordCount': ({ session, args, now }) => ({
    PxgRetVal: useResultSet(session, 'view', args.required('wstrIteratorId'), now).rows.count,
  }),
  'SrvView.GetRecordRange': (call) => {
    const id = call.args.required('wstrIteratorId')
    expireOnFault(call, id)
    const { rows } = useResultSet(call.session, 'view', id, call.now)
    const records = readRange(call, rows, true, (start, count) => readPage(call, rows.read, start, count))
    return { pRecords: { KLCSP_ITERATOR_ARRAY: records.map(params) } }
  },
  'SrvView.ReleaseIterator': ({ session, args, now }) => {
    releaseResultSet(session, 'view', args.required('wstrIteratorId'), now)
    return {}
  },
  'SrvView.ResetIteratorAsync': (call) => {
    if (!call.args.has('pParams')) throw badFormat('pParams must not be null')
    return { PxgRetVal: startAsync(call, 'view', call.args.int('lifetimeSec', 0), () => viewRows(call)) }
  },
  'SrvView.ResetIteratorAsyncGetData': (call) => ({
    PxgRetVal: finishAsync(call, 'view', call.args.required('wstrRequestId')).id,
  }),
  'SrvView.ResetIteratorAsyncCancel': (call) => {
    cancelAsync(call, call.args.required('wstrRequestId'))
    return {}
  },
}

function viewRows(call: Call): ResultRows {
  const { args, world } = call
  const view = args.required('wstrViewName')
  if (view !== 'EventsSrvViewName') throw notFound('View', view)
  const options = args.container('pParams')
  const fields = args.texts('vecFieldsToReturn')
  const table = createEventAttributes(world)
  const filter = readFilter(args.text('wstrFilter'))
  let events = findEvents(call, { table, filter, fields, order: args.order('vecFieldsToOrder') })
  if (options.USE_DISTINCT === true) {
    const seen = new Map(events.map((event) => [JSON.stringify(toRecord(table, fields, event)), event]))
    events = [...seen.values()]
  }
  if (typeof options.TOP_N === 'number' && options.TOP_N > 0) events = events.slice(0, options.TOP_N)
  return { ...eventRows(table, fields, events), countOnly: options.NEED_ONLY_COUNT === true }
}
