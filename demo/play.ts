import { ticketsOf } from './expectations.ts'
import type { Stage } from './stage.ts'
import { type Act, momentToDate, type Order, type Scene, type Story } from './story-form.ts'

/** Plays a story on a stage. */

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
export async function play(stage: Stage, story: Story, options: PlayOptions): Promise<string[]> {
  const { stepMinutes, watcher = {}, signal } = options
  const failed: string[] = []
  const end = Date.parse(story.start) + story.days * 86_400_000
  const waiting = story.scenes
    .map((scene) => ({ scene, at: momentToDate(story, scene) }))
    .sort((a, b) => a.at.getTime() - b.at.getTime())
  while (stage.now().getTime() < end && signal?.aborted !== true) {
    const next = new Date(Math.min(stage.now().getTime() + stepMinutes * 60_000, end))
    while (waiting[0] !== undefined && waiting[0].at < next) {
      const [{ scene, at }] = waiting.splice(0, 1) as [(typeof waiting)[0]]
      await stage.moveTo(at)
      for (const act of scene.acts) failed.push(...(await perform(stage, act, scene, at)))
      watcher.scene?.(scene, at)
    }
    await stage.moveTo(next)
    await stage.work()
    await watcher.stepped?.(next)
  }
  return failed
}

async function perform(stage: Stage, act: Act, scene: Scene, at: Date): Promise<string[]> {
  if ('ksc' in act) await stage.ksc.act(fillTimes(act.ksc, at) as Order)
  else if ('kscFaults' in act) stage.ksc.setFaults(act.kscFaults)
  else if ('autotaskFaults' in act) stage.autotask.setFaults(act.autotaskFaults)
  else {
    const order = fillTimes(act.autotask, at) as Order
    if (act.tickets === undefined) {
      await stage.autotask.act(order)
      return []
    }
    const tickets = ticketsOf(stage, act.tickets, stage.tickets()).filter(({ open }) => open.at(-1)?.endedBy === null)
    for (const { id } of tickets) await stage.autotask.act({ ...order, ticketId: id })
    if (tickets.length === 0) return [`day ${scene.day}, ${scene.time}: no open ticket for “${scene.say}”`]
  }
  return []
}

function fillTimes(value: unknown, at: Date): unknown {
  if (Array.isArray(value)) return value.map((one) => fillTimes(one, at))
  if (typeof value !== 'object' || value === null) return value
  const { hoursAgo, hoursAhead } = value as { hoursAgo?: unknown; hoursAhead?: unknown }
  if (typeof hoursAgo === 'number') return new Date(at.getTime() - hoursAgo * 3_600_000).toISOString()
  if (typeof hoursAhead === 'number') return new Date(at.getTime() + hoursAhead * 3_600_000).toISOString()
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillTimes(one, at)]))
}
