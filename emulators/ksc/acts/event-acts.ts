import { z } from 'zod'
import { EmulatorInputError } from '../../kit/input.ts'
import { createRandom } from '../../kit/random.ts'
import { machines } from '../attributes/machines.ts'
import { addEvent } from '../model/events.ts'
import { recordHistory } from '../model/history.ts'
import type { Host } from '../model/types.ts'
import { allHosts, type World } from '../model/world.ts'
import { type Act, act } from './act.ts'
import { change } from './host-acts.ts'
import { findHostByKey, vserverIdOf } from './lookup.ts'
import { Time, VServerKey } from './schemas.ts'

/** Acts that make or drop events. */
export const eventActs: Record<string, Act> = {
  raiseEvent: act(
    z.strictObject({
      host: z.string().min(1).optional(),
      vserver: VServerKey.optional(),
      type: z.string().min(1).max(50),
      severity: z.int().min(1).max(4),
      text: z.string().max(1000).default(''),
      displayName: z.string().max(100).optional(),
      riseTime: Time.optional(),
      taskName: z.string().optional(),
      params: z.array(z.string().max(512).nullable()).max(9).default([]),
    }),
    ({ world, now }, { host: key, vserver, riseTime = now, displayName, taskName, ...rest }) => {
      const host = key === undefined ? undefined : findHostByKey(world, key)
      if (host && vserver !== undefined) throw new EmulatorInputError('give "host" or "vserver", not both')
      const event = addEvent(world, {
        ...rest,
        riseTime,
        ...(displayName !== undefined && { displayName }),
        ...(taskName !== undefined && { taskName }),
        ...(host ? { host, ...productOf(host) } : { vserverId: vserverIdOf(world, vserver) }),
      })
      return { eventDbId: event.id }
    },
  ),
  virusOutbreak: act(
    z.strictObject({
      vserver: VServerKey.optional(),
      hosts: z.int().positive().default(5),
      objects: z.int().positive().default(2),
      threat: z.string().default('EICAR-Test-File'),
      seed: z.int().default(1),
    }),
    ({ world, now }, { vserver, hosts, objects, threat, seed }) => {
      const vserverId = vserverIdOf(world, vserver)
      const victims = pickVictims(world, vserverId, hosts, seed)
      for (const host of victims) {
        for (let n = 1; n <= objects; n += 1) infect(world, host, threat, n, now)
        change(world, host, { virusCount: host.state.virusCount + objects }, now)
      }
      const outbreak = addEvent(world, {
        type: 'GNRL_EV_VIRUS_OUTBREAK',
        displayName: 'Virus outbreak',
        severity: 4,
        riseTime: now,
        vserverId,
        text: `Virus outbreak: ${victims.length * objects} objects on ${victims.length} devices within 600 seconds.`,
      })
      return { eventDbId: outbreak.id, hosts: victims.map((host) => host.id) }
    },
  ),
  purgeEvents: act(
    z.strictObject({ beforeId: z.int().optional(), before: Time.optional() }),
    ({ world, now }, { beforeId = Number.POSITIVE_INFINITY, before = Number.POSITIVE_INFINITY }) => {
      const count = world.events.remove((event) => event.id < beforeId && event.registrationTime < before)
      recordHistory(world.history, now, { vserverUid: '' }, { kind: 'events-purged', count })
      return { purged: count }
    },
  ),
}

function productOf(host: Host): { productName: string; productVersion: string } {
  return { productName: machines[host.kind].product, productVersion: host.state.productVersion }
}

function pickVictims(world: World, vserverId: number, count: number, seed: number): Host[] {
  const candidates = [...allHosts(world)].filter((host) => host.vserverId === vserverId && host.state.productInstalled)
  if (candidates.length === 0) throw new EmulatorInputError('no protected device is there to be infected')
  const random = createRandom(seed)
  const victims: Host[] = []
  while (victims.length < count && candidates.length > 0) {
    victims.push(...candidates.splice(random.int(0, candidates.length - 1), 1))
  }
  return victims
}

/** Parameters by place: 2 object, 5 threat, 7 user (ksc-open-api.md 6.5). */
function infect(world: World, host: Host, threat: string, n: number, now: number): void {
  const object = `C:\\Temp\\sample-${n}.exe`
  addEvent(world, {
    type: 'GNRL_EV_VIRUS_FOUND',
    displayName: 'Malicious object detected',
    severity: 4,
    riseTime: now,
    host,
    ...productOf(host),
    text: `Object: ${object}\r\nThreat: ${threat}`,
    params: [null, object, null, null, threat, null, 'user', null, null],
  })
}
