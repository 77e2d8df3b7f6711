// The devices (configurations) of a ticket (connectwise-api.md 7).
import { invalidObject, noRecord } from '../answers.ts'
import type { Row } from '../model/field.ts'
import { ticketDeviceEntity } from '../model/ticket-fields.ts'
import type { Actor } from '../store/history.ts'
import { rowsWith, type Store, stamp, tableOf, timeNow } from '../store/store.ts'

/** The devices of a ticket. */
export function devicesOf(store: Store, ticket: Row): Row[] {
  const configurations = tableOf(store, 'Configuration')
  return rowsWith(store, 'TicketDevice', 'ticket', ticket.id)
    .map((link) => configurations.get(Number(link.configuration)))
    .filter((row) => row !== undefined)
}

/** Adds a device by `{id}` or `{deviceIdentifier}`; gives it. Throws `RefusalError`. */
export function addDevice(store: Store, ticket: Row, body: unknown, actor: Actor): Row {
  const given = (typeof body === 'object' && body !== null ? body : {}) as { id?: unknown; deviceIdentifier?: unknown }
  const device = findDevice(store, given)
  if (!device) {
    const named = given.id ?? given.deviceIdentifier
    const isMissing = named === undefined || named === null
    throw invalidObject('configuration', [
      {
        code: isMissing ? 'MissingRequiredField' : 'NotFound',
        message: isMissing ? 'id or deviceIdentifier is required.' : `Configuration ${String(named)} not found.`,
        resource: 'configuration',
        field: 'id',
      },
    ])
  }
  if (!devicesOf(store, ticket).some((one) => one.id === device.id)) {
    const table = tableOf(store, 'TicketDevice')
    const now = timeNow(store)
    const link: Row = { ...ticketDeviceEntity.blank, id: table.nextId(), ticket: ticket.id, configuration: device.id }
    stamp(link, actor, now)
    table.put(link, now)
  }
  return device
}

/** Takes a device away from a ticket. Throws 404 when it has none of this id. */
export function removeDevice(store: Store, ticket: Row, id: number): void {
  const link = rowsWith(store, 'TicketDevice', 'ticket', ticket.id).find((one) => one.configuration === id)
  if (!link) throw noRecord('Configuration', id)
  tableOf(store, 'TicketDevice').remove(link.id, timeNow(store))
}

function findDevice(store: Store, given: { id?: unknown; deviceIdentifier?: unknown }): Row | undefined {
  if (typeof given.id === 'number') return tableOf(store, 'Configuration').get(given.id)
  if (typeof given.deviceIdentifier !== 'string') return undefined
  return rowsWith(store, 'Configuration', 'deviceIdentifier', given.deviceIdentifier)[0]
}
