import type { EventRecord } from '../model/types.ts'
import type { World } from '../model/world.ts'
import { type Attribute, type AttributeTable, createTable, int, long, text, time } from './attribute.ts'

/** Columns of the events view and of EventProcessing (ksc-open-api.md 6.2 and 6.4). NULL ones are left out. */
export function createEventAttributes(world: World): AttributeTable<EventRecord> {
  const hostOf = (event: EventRecord) => world.hosts[world.slots.get(event.hostId ?? '') ?? -1]
  const parameters: Record<string, Attribute<EventRecord>> = {}
  for (let n = 1; n <= 9; n += 1) {
    const parameter = text<EventRecord>((event) => event.params[n - 1] ?? undefined)
    parameters[`GNRL_EA_PARAM_${n}`] = parameter
    parameters[`par${n}`] = parameter
  }
  return createTable<EventRecord>({
    event_db_id: long((event) => event.id),
    event_id: long((event) => event.id),
    event_type: text((event) => event.type),
    event_type_display_name: text((event) => event.displayName),
    GNRL_EA_SEVERITY: int((event) => event.severity),
    GNRL_EA_DESCRIPTION: text((event) => event.text),
    GNRL_EA_ID: text((event) => String(event.id)),
    body: text((event) => event.text),
    rise_time: time((event) => event.riseTime),
    registration_time: time((event) => event.registrationTime),
    hostname: text((event) => event.hostId ?? undefined),
    hostdn: text((event) => event.hostName ?? undefined),
    host_id: int((event) => {
      const host = hostOf(event)
      return host && host.slot + 1
    }),
    domain_name: text((event) => world.vservers.get(event.vserverId)?.dnsDomain),
    KLEVP_EVENT_HOST_NETBIOSNAME: text((event) => event.hostName?.slice(0, 15)),
    KLEVP_EVENT_HOST_IP_ADDRESS: long((event) => hostOf(event)?.ip),
    group_id: int((event) => event.groupId ?? undefined),
    group_name: text((event) => event.groupName ?? undefined),
    product_name: text((event) => event.productName),
    product_version: text((event) => event.productVersion),
    product_displ_version: text((event) => event.productVersion),
    task_display_name: text((event) => event.taskName ?? undefined),
    task_old_state: int(() => undefined),
    task_new_state: int(() => undefined),
    KLVSRV_ID: int((event) => event.vserverId),
    KLVSRV_DN: text((event) => world.vservers.get(event.vserverId)?.name),
    ...parameters,
  })
}
