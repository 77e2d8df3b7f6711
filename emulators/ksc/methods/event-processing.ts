import { createEventAttributes } from '../attributes/event-attributes.ts'
import { compileWildcard } from '../filter/wildcard.ts'
import { day } from '../model/bits.ts'
import { recordHistory } from '../model/history.ts'
import type { EventRecord } from '../model/types.ts'
import { uidOf } from '../model/world.ts'
import { openResultSet, releaseResultSet, useResultSet } from '../result-sets.ts'
import { badFormat, noAccess, noSuchParameter } from '../wire/pxg-error.ts'
import { params } from '../wire/values.ts'
import type { Call, MethodTable } from './call.ts'
import { expireOnFault, readPage } from './chunk-accessor.ts'
import { eventRows, findEvents, readRange } from './event-search.ts'
import { readFilter } from './search.ts'

/** `EventProcessingFactory.*` and `EventProcessing.*` (ksc-open-api.md 6.3). */
export const eventProcessingMethods: MethodTable = {
  'EventProcessingFactory.CreateEventProcessing': (call) => create(call, {}),
  'EventProcessingFactory.CreateEventProcessing2': (call) => create(call, call.args.container('pFilter')),
  'EventProcessingFactory.CreateEventProcessingForHost': (call) => create(call, ofHost(call)),
  'EventProcessingFactory.CreateEventProcessingForHost2': (call) =>
    create(call, { ...call.args.container('pFilter'), ...ofHost(call) }),
  'EventProcessing.GetRecordCount': ({ session, args, now }) => ({
    PxgRetVal: useResultSet(session, 'events', args.required('strIteratorId'), now).rows.count,
  }),
  'EventProcessing.GetRecordRange': (call) => {
    const id = call.args.required('strIteratorId')
    expireOnFault(call, id)
    const { rows } = useResultSet(call.session, 'events', id, call.now)
    const inclusive = call.world.server.eventRangeInclusive
    const records = readRange(call, rows, inclusive, (start, count) => readPage(call, rows.read, start, count))
    return { pParamsEvents: { KLEVP_EVENT_RANGE_ARRAY: records.map(params) } }
  },
  'EventProcessing.ReleaseIterator': ({ session, args, now }) => {
    releaseResultSet(session, 'events', args.required('strIteratorId'), now)
    return {}
  },
  'EventProcessing.InitiateDelete': (call) => {
    const { rows } = useResultSet(call.session, 'events', call.args.required('strIteratorId'), call.now)
    if (!call.account.rights.modify) throw noAccess('Delete events')
    const ids = new Set(rows.eventIds?.() ?? [])
    const count = call.world.events.remove((event) => ids.has(event.id))
    const place = { vserverUid: uidOf(call.world, call.session.vserverId) }
    recordHistory(call.world.history, call.now, place, { kind: 'events-purged', count })
    return {}
  },
  'EventProcessing.CancelDelete': ({ session, args, now }) => {
    useResultSet(session, 'events', args.required('strIteratorId'), now)
    return {}
  },
}

function create(call: Call, filter: Record<string, unknown>): Record<string, unknown> {
  const table = createEventAttributes(call.world)
  const fields = call.args.texts('vecFieldsToReturn')
  const text = filter.KLEVP_RFC2254_FILTER ?? ''
  if (typeof text !== 'string') throw badFormat('KLEVP_RFC2254_FILTER must be a string')
  const tests = Object.entries(filter).map(([name, value]) => {
    const make = filterKeys[name]
    if (!make) throw noSuchParameter(name)
    return make(value, call.now)
  })
  const events = findEvents(call, {
    table,
    filter: readFilter(text),
    fields,
    order: call.args.order('vecFieldsToOrder'),
    passes: (event) => tests.every((test) => test(event)),
  })
  const lifetime = call.args.int('lifetimeSec', 0)
  return { strIteratorId: openResultSet(call.session, 'events', eventRows(table, fields, events), lifetime, call.now) }
}

function ofHost({ args }: Call): Record<string, unknown> {
  const [product, version] = [args.text('strProduct'), args.text('strVersion')]
  return {
    KLEVP_EVENT_HOST: args.required('strHostName'),
    ...(product !== '' && { KLEVP_EVENT_PRODUCT: product }),
    ...(version !== '' && { KLEVP_EVENT_INTERNAL_VERSION: version }),
  }
}

type Test = (event: EventRecord) => boolean
type MakeTest = (value: unknown, now: number) => Test

const isTaskState = (event: EventRecord): boolean => event.type === 'KLPRCI_TaskState'
const everything: MakeTest = () => () => true

/** Keys of `pFilter`, combined with AND (ksc-open-api.md 6.3). */
const filterKeys: Record<string, MakeTest> = {
  GNRL_EA_SEVERITY: (value) => (event) => event.severity === value,
  KLEVP_EVENT_PRODUCT: textTest((event) => event.productName),
  KLEVP_EVENT_INTERNAL_VERSION: textTest((event) => event.productVersion),
  KLEVP_EVENT_DISPLAY_VERSION: textTest((event) => event.productVersion),
  KLEVP_EVENT_HOST: textTest((event) => event.hostId),
  KLEVP_EVENT_HOST_DISPNAME: textTest((event) => event.hostName),
  KLEVP_EVENT_HOST_NETBIOSNAME: textTest((event) => event.hostName),
  KLEVP_EVENT_HOST_GROUP: textTest((event) => event.groupName),
  KLEVP_EVENT_TASK_NAME: textTest((event) => event.taskName),
  KLEVP_EVENT_TYPE: textTest((event) => event.type),
  KLEVP_EVENT_GNRL_TYPE: textTest((event) => event.type),
  KLEVP_EVENT_GNRL_TYPES_ARRAY: (value) => {
    if (!Array.isArray(value)) throw badFormat('KLEVP_EVENT_GNRL_TYPES_ARRAY must be an array')
    return (event) => value.includes(event.type)
  },
  KLEVP_EVENT_RISE_TIME_LEAST: timeTest((event, limit) => event.riseTime >= limit),
  KLEVP_EVENT_RISE_TIME_GREATEST: timeTest((event, limit) => event.riseTime <= limit),
  KLEVP_EVENT_RISE_TIME_LAST_DAYS: (value, now) => (event) => event.riseTime >= now - Number(value) * day,
  EVP_INCL_GNRL_EVENTS: (value) => (event) => value !== false || isTaskState(event),
  EVP_INCL_TASK_STATES: (value) => (event) => value !== false || !isTaskState(event),
  EVP_FTX_QUERY: (value) => {
    const matches = compileWildcard(`*${String(value)}*`)
    return (event) => matches(event.text)
  },
  KLEVP_RFC2254_FILTER: everything,
}

function textTest(of: (event: EventRecord) => string | null): MakeTest {
  return (value) => {
    const matches = compileWildcard(String(value))
    return (event) => matches(of(event) ?? '')
  }
}

function timeTest(holds: (event: EventRecord, limit: number) => boolean): MakeTest {
  return (value) => {
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw badFormat('a rise time must be a datetime')
    return (event) => holds(event, value.getTime())
  }
}
