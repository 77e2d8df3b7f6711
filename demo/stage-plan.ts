import type { CheckPlan } from './check-ground.ts'
import type { DeskNames } from './desk-names.ts'
import { delayOf, type StageRule, wantsEvent } from './rules.ts'
import type { StageEmulator } from './stage-emulator.ts'

type Given = Pick<CheckPlan, 'since' | 'now' | 'stepMinutes' | 'troubles' | 'namesAllReasons' | 'ticketPerEvent'> & {
  readonly rules: readonly StageRule[]
  readonly mainServer: string
  companyOf(tenant: string): string | null
}

/** What a stage was meant to do, from what it was told and from the emulators: nothing of it comes from Tocsin. */
export function planOf(ksc: StageEmulator<unknown>, names: DeskNames, given: Given): CheckPlan {
  const { rules, mainServer, companyOf, ...plan } = given
  const events = ksc.state('events') as { type: string; displayName: string }[]
  const eventNames = new Map(events.map(({ type, displayName }) => [type, displayName]))
  const vservers = [{ uid: '', name: mainServer }, ...(ksc.state('vservers') as { uid: string; name: string }[])]
  const clients = vservers.flatMap(({ uid, name }) => {
    const company = names.companyId(companyOf(name) ?? '')
    return company === undefined ? [] : [[uid, company] as const]
  })
  return {
    ...plan,
    clients: new Map(clients),
    eventNames,
    delayOf: (level, bit) => delayOf(rules, level, bit),
    wantsEvent: (type, severity) => wantsEvent(rules, eventNames.get(type) ?? type, severity),
    lifetimeHours: Math.max(24, ...rules.map(({ lifetimeHours = 0 }) => lifetimeHours)),
  }
}
