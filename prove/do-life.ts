import { EmulatorInputError } from '../emulators/kit/input.ts'
import { type DeskEyes, watchDesk } from './eyes.ts'
import type { DeskId, SourceId } from './ground.ts'
import { isSourceAct, type LifeAct, type SourceAct, type TechnicianAct } from './life-acts.ts'
import type { Meant } from './meant.ts'
import type { Administrator } from './rules.ts'
import type { ProvedWorld } from './world.ts'

/** Does what the life says, in the emulators and in Tocsin. */
export type LifeHand = {
  /** Begins an act; what an administrator does goes on by itself, one thing after the other. */
  do(act: LifeAct): Promise<void>
  /** Waits until the administrators are done. Rejects when one of them could not be. */
  finish(): Promise<void>
  counts(): Readonly<Record<string, number>>
}

type Deps = {
  readonly world: ProvedWorld
  readonly administrator: Administrator
  readonly meant: Meant
  readonly start: number
  now(): number
}

type Order = { readonly act: string } & Readonly<Record<string, unknown>>

export function createLifeHand({ world, administrator, meant, start, now }: Deps): LifeHand {
  const counts: Record<string, number> = {}
  const eyes = new Map<DeskId, DeskEyes>([...world.desks].map(([id, desk]) => [id, watchDesk(desk)]))
  const uids = new Map<string, string>()
  const endings = new Map<string, (at: number) => void>()
  let administering: Promise<void> = Promise.resolve()
  let failed: unknown = null

  const count = (kind: string) => {
    counts[kind] = (counts[kind] ?? 0) + 1
  }

  /** False when the thing is not there (any more), which happens when lives cross. */
  async function order(control: { act(order: Order): Promise<unknown> }, given: Order): Promise<boolean> {
    try {
      await control.act(given)
      return true
    } catch (error) {
      if (error instanceof EmulatorInputError) return false
      throw error
    }
  }

  async function inSource(act: SourceAct): Promise<boolean> {
    const { emulator } = sourceOf(world, act.source)
    switch (act.kind) {
      case 'host':
        return order(emulator.control, { act: 'setHost', host: act.host, changes: act.changes })
      case 'event': {
        const { host, type, name: displayName, severity, at, late } = act
        const riseTime = new Date(start + at - late).toISOString()
        return order(emulator.control, { act: 'raiseEvent', host, type, displayName, severity, riseTime })
      }
      case 'host-leaves':
        return order(emulator.control, { act: 'removeHost', host: act.host })
      case 'host-comes':
        return order(emulator.control, { act: 'addHost', name: act.host, vserver: act.client })
      case 'host-moves':
        return order(emulator.control, { act: 'moveHost', host: act.host, vserver: act.client })
      case 'guest-goes':
        uids.set(act.client, uidOf(act))
        return order(emulator.control, { act: 'removeVServer', vserver: act.client })
      case 'guest-returns': {
        const uid = uids.get(act.client) ?? uidOf(act)
        const came = await order(emulator.control, { act: 'addVServer', name: act.client, uid })
        for (const name of act.hosts) await order(emulator.control, { act: 'addHost', name, vserver: act.client })
        return came
      }
      case 'server-silent':
      case 'server-off': {
        const state = act.kind === 'server-off' ? { enabled: false } : { answering: false }
        const done = await order(emulator.control, { act: 'setVServer', vserver: act.client, ...state })
        const { source } = act
        const words = `the virtual server “${act.client}” ${act.kind === 'server-off' ? 'is switched off' : 'does not answer'}`
        const trouble = {
          of: 'source',
          source,
          tenant: uidOf(act),
          can: 'nothing',
          from: now(),
          to: null,
          words,
        } as const
        endings.get(act.client)?.(now())
        endings.set(act.client, meant.begin(trouble))
        return done
      }
      case 'server-back': {
        endings.get(act.client)?.(now())
        endings.delete(act.client)
        return order(emulator.control, { act: 'setVServer', vserver: act.client, enabled: true, answering: true })
      }
    }
  }

  function uidOf({ source, client }: { readonly source: SourceId; readonly client: string }): string {
    return sourceOf(world, source).uidOf(client)
  }

  async function atDesk(act: TechnicianAct): Promise<boolean> {
    const state = act.does === 'reopen' ? 'closed' : 'open'
    const tickets = eyes.get(act.desk)?.tickets(state) ?? []
    const ticketId = tickets[Math.floor(act.pick * tickets.length)]
    const control = world.desks.get(act.desk)?.emulator.control
    const words = technicianOrders[act.desk][act.does]
    if (ticketId === undefined || control === undefined || words === undefined) return false
    return order(control, { ...words, ticketId })
  }

  return {
    counts: () => counts,
    async do(act) {
      if (isSourceAct(act)) {
        if (await inSource(act)) count(act.kind)
        return
      }
      if (act.kind === 'technician') {
        if (await atDesk(act)) count(`technician ${act.does}`)
        return
      }
      administering = administering.then(async () => {
        try {
          if (await administrator.act(act)) count(act.kind)
        } catch (error) {
          failed ??= error
        }
      })
    },
    async finish() {
      await administering
      for (const end of endings.values()) end(now())
      if (failed !== null) throw failed
    },
  }
}

function sourceOf(world: ProvedWorld, id: SourceId) {
  const source = world.sources.get(id)
  if (source === undefined) throw new Error(`There is no source ${id}.`)
  return source
}

type Orders = Readonly<Partial<Record<TechnicianAct['does'], Order>>>

const technicianOrders: Readonly<Record<DeskId, Orders>> = {
  autotask: {
    take: { act: 'takeTicket' },
    priority: { act: 'setPriority', priority: 'Low' },
    board: { act: 'moveQueue', queue: 'Level I Support' },
    close: { act: 'closeTicket', resolution: 'Done by hand.' },
    reopen: { act: 'reopenTicket' },
    delete: { act: 'deleteTicket' },
    note: { act: 'addNote', title: 'Called', description: 'Called the client.' },
  },
  tigerpaw: {
    take: { act: 'takeOrder' },
    priority: { act: 'setPriority', priority: 'Low' },
    board: { act: 'moveBoard', board: 'Dispatch' },
    close: { act: 'closeOrder' },
    reopen: { act: 'reopenOrder' },
    delete: { act: 'voidOrder' },
    note: { act: 'addNote', note: 'Called the client.' },
    lock: { act: 'lockOrder' },
    unlock: { act: 'unlockOrder' },
  },
  connectwise: {
    take: { act: 'takeTicket' },
    priority: { act: 'setPriority', priority: 'Priority 4 - Scheduled Maintenance' },
    board: { act: 'moveBoard', board: 'Service Desk' },
    close: { act: 'closeTicket', resolution: 'Done by hand.' },
    reopen: { act: 'reopenTicket' },
    delete: { act: 'deleteTicket' },
    note: { act: 'addNote', text: 'Called the client.' },
  },
}
