import { kscKeys, kscWords } from '../../checker/source/ksc-words.ts'
import { type KscReady, startKscEmulator } from '../../emulators/ksc/main.ts'
import type { HistoryEntry } from '../../emulators/ksc/model/history.ts'
import { createStageEmulator, type StageEmulator } from '../stage-emulator.ts'
import { computersOf, type FleetOptions, fleetOf, mainServerOf } from '../stage-fleet.ts'
import type { Ground, WorldSource } from '../world-parts.ts'

export type KscSource = WorldSource & {
  readonly emulator: StageEmulator<HistoryEntry, KscReady>
  /** Names of the managed computers that a client has at the start. */
  computers(client: string): string[]
}

type Plan = FleetOptions & { readonly id: string; readonly name: string }

/** Starts a KSC with its fleet. Its faults, and virtual servers that do not answer, are remembered as troubles. */
export async function startKsc({ clock, troubles, atEnd }: Ground, plan: Plan): Promise<KscSource> {
  const { id, name, seed = 1, namesAllReasons = false } = plan
  const fleet = fleetOf(plan, clock.now())
  const running = await startKscEmulator({ port: 0, clock, fleet, seed })
  atEnd(() => running.stop())
  const broken = (tenant: string | null, words: string) =>
    ({ of: 'source', source: name, tenant, can: 'some', words }) as const
  const emulator = createStageEmulator<HistoryEntry, KscReady>(running, {
    faulty: (on) => (on ? troubles.begin(id, broken(null, `${name} is in trouble`)) : troubles.end(id)),
    acted(order, answer) {
      if (order.act !== 'setVServer' || (order.answering === undefined && order.enabled === undefined)) return
      const { uid, answering, enabled } = answer as { uid: string; answering: boolean; enabled: boolean }
      const key = `${id}/${uid}`
      if (answering && enabled) troubles.end(key)
      else troubles.begin(key, broken(uid, `a virtual server of ${name} gives no answers`))
    },
  })
  const { user, password, fingerprint256: fingerprint } = running.ready
  const names = (): Record<string, string> => {
    const events = emulator.state('events') as { type: string; displayName: string }[]
    return Object.fromEntries(events.map(({ type, displayName }) => [type, displayName]))
  }
  return {
    id,
    name,
    connector: 'ksc',
    emulator,
    look: '/_emulator/state?part=conditions',
    settings: {
      ...{ address: '127.0.0.1', port: running.port, user, password, fingerprint },
      ...{ timeoutSeconds: 10, namesAllReasons },
    },
    intervals: ({ computersEverySeconds, eventsEverySeconds }) => ({ computersEverySeconds, eventsEverySeconds }),
    computers: (client) => computersOf(fleet, client),
    tenants: () => [
      { key: '', name: mainServerOf(fleet) },
      ...(emulator.state('vservers') as { uid: string; name: string }[]).map((one) => ({
        key: one.uid,
        name: one.name,
      })),
    ],
    rows: () => ({
      statuses: Object.fromEntries(kscKeys.map((key, bit) => [key, kscWords[bit] ?? ''])),
      eventTypes: names(),
    }),
    evidence: () => ({ vendor: 'ksc', id: name, history: emulator.history(), eventNames: names(), namesAllReasons }),
  }
}
