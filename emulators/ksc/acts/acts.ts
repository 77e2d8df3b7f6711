import type { EmulatorOrder } from '../../kit/definition.ts'
import { EmulatorInputError } from '../../kit/input.ts'
import { settle } from '../model/hosts.ts'
import type { World } from '../model/world.ts'
import type { Sessions } from '../sessions.ts'
import type { Act } from './act.ts'
import { eventActs } from './event-acts.ts'
import { hostActs } from './host-acts.ts'
import { serverActs } from './server-acts.ts'

const acts = new Map<string, Act>(Object.entries({ ...hostActs, ...eventActs, ...serverActs }))

/** Does one act of `POST /_emulator/act` (`clock` is the kit's). Throws `EmulatorInputError` for a bad or unknown one. */
export function doAct(world: World, sessions: Sessions, order: EmulatorOrder): unknown {
  const found = acts.get(order.act)
  if (!found) {
    throw new EmulatorInputError(`unknown act "${order.act}"; there are ${[...acts.keys(), 'clock'].join(', ')}`)
  }
  return found({ world, sessions, now: settle(world) }, order)
}
