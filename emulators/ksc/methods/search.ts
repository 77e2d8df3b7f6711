import { type AttributeTable, toRecord } from '../attributes/attribute.ts'
import { createRowWriter } from '../attributes/row-writer.ts'
import { allowedNumbers, compareValues, compileFilter } from '../filter/evaluate.ts'
import { parseFilter } from '../filter/parse.ts'
import { type Filter, FilterSyntaxError } from '../filter/syntax.ts'
import type { Host } from '../model/types.ts'
import { allHosts, type World } from '../model/world.ts'
import { type ResultRows, rowsOf } from '../result-sets.ts'
import type { Order } from '../wire/args.ts'
import { badFormat, noSuchParameter, unavailable } from '../wire/pxg-error.ts'
import type { Call } from './call.ts'

/** Parses a filter argument. Throws PxgError 1192 for a syntax error. */
export function readFilter(text: string): Filter {
  try {
    return parseFilter(text)
  } catch (error) {
    if (error instanceof FilterSyntaxError) throw badFormat(`filter: ${error.message}`)
    throw error
  }
}

/** A search as every searching method has it. */
export type Search<Row> = {
  table: AttributeTable<Row>
  rows: Iterable<Row>
  filter: Filter
  fields: readonly string[]
  order: readonly Order[]
  now: number
}

/** The rows that pass, in the order asked for. Throws PxgError 1125 for unknown attributes. */
export function findRows<Row>({ table, rows, filter, fields, order, now }: Search<Row>): Row[] {
  checkFields(table, fields)
  const passes = compileFilter(filter, table, now)
  const found: Row[] = []
  for (const row of rows) if (passes(row)) found.push(row)
  return sortRows(table, found, order)
}

/** The same as a result set. */
export function search<Row>(given: Search<Row>): ResultRows {
  const { table, fields } = given
  return rowsOf(findRows(given), (row) => toRecord(table, fields, row), createRowWriter(table, fields))
}

/** Refuses fields that do not exist or can only be searched. Throws PxgError 1125. */
export function checkFields<Row>(table: AttributeTable<Row>, fields: readonly string[]): void {
  for (const name of fields) if (table.get(name)?.searchOnly ?? !table.has(name)) throw noSuchParameter(name)
}

function sortRows<Row>(table: AttributeTable<Row>, rows: Row[], order: readonly Order[]): Row[] {
  if (order.length === 0) return rows
  const keys = order.map(({ name, ascending }) => {
    const attribute = table.get(name)
    if (!attribute) throw noSuchParameter(name)
    return { get: attribute.get, sign: ascending ? 1 : -1 }
  })
  return rows.sort((left, right) => {
    for (const { get, sign } of keys) {
      const difference = compareValues(get(left), get(right))
      if (difference !== 0) return difference * sign
    }
    return 0
  })
}

/**
 * The devices a session may see: on a virtual server its own, on the main server all unless only its own are asked. Where
 * the filter names virtual servers, the others' devices are left out at once: thousands of such searches read one fleet.
 */
export function* hostsInScope(
  { world, session }: Pick<Call, 'world' | 'session'>,
  onlyOwnServer: boolean,
  filter: Filter,
): Generator<Host> {
  const all = session.vserverId === 0 && !onlyOwnServer
  const wanted = all ? allowedNumbers(filter, 'KLVSRV_ID') : new Set([session.vserverId])
  if (wanted === undefined) {
    yield* allHosts(world)
    return
  }
  for (const slot of world.members.of(wanted)) {
    const host = world.hosts[slot]
    if (host) yield host
  }
}

/**
 * Refuses a search that reaches into a virtual server that does not answer. Throws PxgError 1195. A filter that names
 * other virtual servers only (`KLVSRV_ID=3`) goes through.
 */
export function checkAnswering(world: World, vserverId: number, filter: Filter, onlyOwnServer = false): void {
  const allowed = allowedNumbers(filter, 'KLVSRV_ID')
  for (const vserver of world.vservers.values()) {
    const reached =
      vserverId === vserver.id || (vserverId === 0 && !onlyOwnServer && (allowed?.has(vserver.id) ?? true))
    if (reached && !vserver.answering) throw unavailable(`Virtual server "${vserver.name}"`)
  }
}
