import { toRecord } from '../attributes/attribute.ts'
import { createHostAttributes } from '../attributes/host-attributes.ts'
import { machines } from '../attributes/machines.ts'
import { momentAt, periods } from '../model/moments.ts'
import type { Host } from '../model/types.ts'
import { openResultSet, type ResultRows } from '../result-sets.ts'
import { notFound } from '../wire/pxg-error.ts'
import { datetime, params, type WireObject } from '../wire/values.ts'
import { cancelAsync, finishAsync, startAsync } from './async-methods.ts'
import type { Call, MethodTable } from './call.ts'
import { checkAnswering, checkFields, hostsInScope, readFilter, search } from './search.ts'

/** Device calls of `HostGroup` (ksc-open-api.md 4.1, 4.2, 4.7). */
export const hostMethods: MethodTable = {
  'HostGroup.FindHosts': (call) => {
    const rows = findHosts(call)
    const strAccessor = openResultSet(call.session, 'chunk', rows, call.args.int('lMaxLifeTime', 0), call.now)
    return { PxgRetVal: rows.count, strAccessor }
  },
  'HostGroup.FindHostsAsync': (call) => ({
    strRequestId: startAsync(call, 'chunk', call.args.int('lMaxLifeTime', 0), () => findHosts(call)),
  }),
  'HostGroup.FindHostsAsyncGetAccessor': (call) => {
    const { id, count } = finishAsync(call, 'chunk', call.args.required('strRequestId'))
    return { PxgRetVal: count, strAccessor: id, pFailedSlavesInfo: { KLGRP_FAILED_SLAVES_PARAMS: [] } }
  },
  'HostGroup.FindHostsAsyncCancel': (call) => {
    cancelAsync(call, call.args.required('strRequestId'))
    return {}
  },
  'HostGroup.GetHostInfo': (call) => {
    const fields = call.args.texts('pFields2Return')
    const table = createHostAttributes(call.world, call.now)
    checkFields(table, fields)
    return { PxgRetVal: toRecord(table, fields, findHost(call)) }
  },
  'HostGroup.GetHostProducts': (call) => ({ PxgRetVal: productsOf(findHost(call), call.now) }),
}

function findHosts(call: Call): ResultRows {
  const { args, world, now } = call
  const onlyOwnServer = args.container('pParams').KLGRP_FIND_FROM_CUR_VS_ONLY === true
  const filter = readFilter(args.text('wstrFilter'))
  checkAnswering(world, call.session.vserverId, filter, onlyOwnServer)
  return search({
    table: createHostAttributes(world, now),
    rows: hostsInScope(call, onlyOwnServer, filter),
    filter,
    fields: args.texts('vecFieldsToReturn'),
    order: args.order('vecFieldsToOrder'),
    now,
  })
}

/** The device named by `strHostName`, if this session may see it. Throws PxgError 1186. */
function findHost({ world, session, args }: Call): Host {
  const id = args.required('strHostName')
  const host = world.hosts[world.slots.get(id) ?? -1]
  if (!host || (session.vserverId !== 0 && host.vserverId !== session.vserverId)) throw notFound('Host', id)
  checkAnswering(world, host.vserverId, { kind: 'all' }, true)
  return host
}

function productsOf(host: Host, now: number): WireObject {
  const { state, kind } = host
  const products: WireObject = {}
  if (state.agentInstalled) {
    products['1103'] = params({ '1.0.0.0': params({ DisplayName: 'Kaspersky Security Center Network Agent' }) })
  }
  if (!state.productInstalled) return products
  const updated = momentAt(state.databasesAt, host, periods.databasesAt, now)
  products[machines[kind].product] = params({
    [state.productVersion]: params({
      DisplayName: 'Kaspersky Endpoint Security',
      BaseRecords: 21_000_000,
      ...(updated !== undefined && { LastUpdateTime: datetime(updated) }),
    }),
  })
  return products
}
