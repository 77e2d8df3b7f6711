// Orders of `POST /_emulator/act`: what people at the desk, its administrator and the vendor do.
import { z } from 'zod'
import type { EmulatorOrder } from '../../kit/definition.ts'
import { checkInput, EmulatorInputError } from '../../kit/input.ts'
import { RefusalError } from '../answers.ts'
import { Switches } from '../store/settings.ts'
import type { Store } from '../store/store.ts'
import type { Throttle } from '../throttle.ts'
import type { Act } from './lookup.ts'
import { settingActs } from './setting-acts.ts'
import { ticketActs } from './ticket-acts.ts'

const ChangeCodebase = z.strictObject({ codebase: z.string().regex(/^v\d{4}_\d+\/?$|^v4_6_release\/?$/) })
const SetKeys = z.strictObject({
  companyId: z.string().min(1).optional(),
  publicKey: z.string().min(1).optional(),
  privateKey: z.string().min(1).optional(),
  clientId: z.string().min(1).optional(),
})
const SetSwitch = z.strictObject({ name: z.string(), value: z.unknown() })
const SetThrottle = z.strictObject({ requests: z.int().min(0).optional(), used: z.int().min(0).optional() })

const tenantActs: Readonly<Record<string, Act>> = {
  changeCodebase(store, order) {
    const { codebase } = checkInput(ChangeCodebase, order, 'act changeCodebase', 'For example v2025_2')
    store.codebase = codebase.endsWith('/') ? codebase : `${codebase}/`
    return { codebase: store.codebase }
  },
  setKeys(store, order) {
    const { companyId, publicKey, privateKey, clientId } = checkInput(SetKeys, order, 'act setKeys')
    const { account } = store
    store.account = {
      ...account,
      companyId: companyId ?? account.companyId,
      publicKey: publicKey ?? account.publicKey,
      privateKey: privateKey ?? account.privateKey,
      clientId: clientId ?? account.clientId,
    }
    return {}
  },
  setSwitch(store, order) {
    const { name, value } = checkInput(SetSwitch, order, 'act setSwitch')
    const hint = `Switches: ${Object.keys(Switches.shape).join(', ')}`
    store.switches = checkInput(Switches, { ...store.switches, [name]: value }, 'act setSwitch', hint)
    return store.switches
  },
}

/** Makes the function that does acts. It throws `EmulatorInputError`, which lists the acts. */
export function createActs(store: Store, throttle: Throttle): (order: EmulatorOrder) => unknown {
  const acts: Readonly<Record<string, Act>> = {
    ...ticketActs,
    ...settingActs,
    ...tenantActs,
    setThrottle(_store, order) {
      const { requests, used } = checkInput(SetThrottle, order, 'act setThrottle')
      if (requests !== undefined) store.switches = { ...store.switches, requestsPerMinute: requests }
      if (used !== undefined) throttle.setUsed(used)
      return { requests: store.switches.requestsPerMinute, used: throttle.used() }
    },
  }
  return ({ act, ...order }) => {
    const run = Object.hasOwn(acts, act) ? acts[act] : undefined
    const known = `There are: clock, ${Object.keys(acts).sort().join(', ')}`
    if (!run) throw new EmulatorInputError(`no act ${act}. ${known}`)
    try {
      return run(store, order)
    } catch (error) {
      if (error instanceof RefusalError) throw new EmulatorInputError(`act ${act} was refused: ${error.message}`)
      if (error instanceof EmulatorInputError) throw new EmulatorInputError(`${error.message}. ${known}`)
      throw error
    }
  }
}
