import { sideOf, ticketsIn } from './cast.ts'
import type { DeskTicket } from './desks/desk-ticket.ts'
import { ticketsOf } from './expectations.ts'
import type { Order } from './stage-emulator.ts'
import { type Act, momentToDate, type Scene, type Story } from './story-form.ts'
import type { World } from './world.ts'

/** Plays a story in its world. */

export type Watcher = {
  /** A scene has just been played. */
  scene?(scene: Scene, at: Date): void
  /** Tocsin has done all that was due. */
  stepped?(at: Date): void | Promise<void>
}

export type PlayOptions = {
  readonly stepMinutes: number
  readonly watcher?: Watcher
  readonly signal?: AbortSignal
}

/** Plays all scenes at their times and lets Tocsin work every `stepMinutes`. Gives what people could not do, in words. */
export async function play(world: World, story: Story, options: PlayOptions): Promise<string[]> {
  const { stepMinutes, watcher = {}, signal } = options
  const failed: string[] = []
  const end = Date.parse(story.start) + story.days * 86_400_000
  const waiting = story.scenes
    .map((scene) => ({ scene, at: momentToDate(story, scene) }))
    .sort((a, b) => a.at.getTime() - b.at.getTime())
  while (world.now().getTime() < end && signal?.aborted !== true) {
    const next = new Date(Math.min(world.now().getTime() + stepMinutes * 60_000, end))
    while (waiting[0] !== undefined && waiting[0].at < next) {
      const [{ scene, at }] = waiting.splice(0, 1) as [(typeof waiting)[0]]
      await world.moveTo(at)
      for (const act of scene.acts) {
        const trouble = await perform(world, act, at)
        if (trouble !== null) failed.push(`day ${scene.day}, ${scene.time}: ${trouble} for “${scene.say}”`)
      }
      watcher.scene?.(scene, at)
    }
    await world.moveTo(next)
    await world.work()
    await watcher.stepped?.(next)
  }
  return failed
}

async function perform(world: World, act: Act, at: Date): Promise<string | null> {
  if ('order' in act) {
    await sideOf(world, act.at).emulator.act(fillTimes(act.order, at) as Order)
    return null
  }
  if ('faults' in act) {
    sideOf(world, act.at).emulator.setFaults(act.faults)
    return null
  }
  const { does, words = '' } = act.desk
  const found = ticketsOf(act.tickets, ticketsIn(world))
  const tickets = does === 'reopen' ? found.filter(isClosed).slice(-1) : found.filter(isOpen)
  for (const ticket of tickets) {
    const desk = world.parts.desks.find(({ id }) => id === ticket.desk)
    const toOrder = desk?.kind.orders[does]
    if (desk === undefined || toOrder === undefined) return `${ticket.desk} cannot ${does} a ticket`
    await desk.emulator.act({ ...toOrder(words), ticketId: ticket.id })
  }
  return tickets.length === 0 ? `no ${does === 'reopen' ? 'closed' : 'open'} ticket` : null
}

function isOpen({ open }: DeskTicket): boolean {
  return open.at(-1)?.endedBy === null
}

function isClosed({ open }: DeskTicket): boolean {
  const endedBy = open.at(-1)?.endedBy
  return endedBy === 'api' || endedBy === 'person'
}

function fillTimes(value: unknown, at: Date): unknown {
  if (Array.isArray(value)) return value.map((one) => fillTimes(one, at))
  if (typeof value !== 'object' || value === null) return value
  const { hoursAgo, hoursAhead } = value as { hoursAgo?: unknown; hoursAhead?: unknown }
  if (typeof hoursAgo === 'number') return new Date(at.getTime() - hoursAgo * 3_600_000).toISOString()
  if (typeof hoursAhead === 'number') return new Date(at.getTime() + hoursAhead * 3_600_000).toISOString()
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillTimes(one, at)]))
}
