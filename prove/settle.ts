import type { DeskId } from './ground.ts'
import type { Person } from './person.ts'
import type { Administrator } from './rules.ts'
import { realSleep } from './run-clock.ts'
import type { ProvedWorld } from './world.ts'

/** After the last fault: the world comes to rest, or does not. */

type Status = {
  readonly sources: readonly { readonly duties: readonly Duty[] }[]
  readonly psas: readonly {
    readonly name: string
    readonly heldUntil: string | null
    readonly duties: readonly Duty[]
    readonly tickets: {
      readonly waiting: number
      readonly closing: number
      readonly due: number
      readonly stuck: number
    }
  }[]
}
type Duty = { readonly kind: string; readonly lastGoodAt: string | null; readonly failures: number }

export type Settled = { readonly quiet: boolean; readonly minutes: number; readonly words: string }

type Deps = {
  readonly world: ProvedWorld
  readonly person: Person
  readonly administrator: Administrator
  now(): number
  say(line: string): void
  readonly signal: AbortSignal
}

const minute = 60_000
/** What people did at a desk that cannot tell what changed is found within this time. */
const atLeastMs = 22 * minute
/** Refused credentials rest for an hour at most, and what comes after them takes its time too. */
const atMostMs = 4 * 60 * minute
const retryEveryMs = 8 * minute
const quietLooks = 3

export async function settle({ world, person, administrator, now, say, signal }: Deps): Promise<Settled> {
  for (const { emulator } of [...world.desks.values(), ...world.sources.values()]) emulator.control.setFaults({})
  await unlockOrders(world)
  const from = now()
  let retriedAt = 0
  let quiet = 0
  let words = ''
  while (now() - from < atMostMs && !signal.aborted) {
    if (now() - retriedAt >= retryEveryMs) {
      retriedAt = now()
      for (const desk of world.desks.keys()) await administrator.retryStuck(desk)
    }
    const status = await person.ask<Status>('GET', '/status')
    const { items } = await person.ask<{ items: { released: boolean }[] }>('GET', '/tickets?state=closing&limit=500')
    // What a person opened again is theirs, and stays.
    const closing = items.filter(({ released }) => !released).length
    words = [restless(status, from), closing === 0 ? '' : `${closing} tickets to close`].join('')
    quiet = words === '' ? quiet + 1 : 0
    if (quiet >= quietLooks && now() - from >= atLeastMs)
      return { quiet: true, minutes: (now() - from) / minute, words: '' }
    await realSleep(400)
  }
  say(`It did not come to rest: ${words}`)
  return { quiet: false, minutes: (now() - from) / minute, words }
}

/** What is still to be done; empty when nothing is. */
function restless({ sources, psas }: Status, since: number): string {
  const duties = [...sources, ...psas].flatMap((one) => one.duties)
  const late = duties.filter(
    ({ kind, lastGoodAt, failures }) =>
      failures > 0 || (kind !== 'read-options' && (lastGoodAt === null || Date.parse(lastGoodAt) < since + 6 * minute)),
  )
  const busy = psas.filter(
    ({ heldUntil, tickets }) => heldUntil !== null || tickets.due > 0 || tickets.stuck > 0 || tickets.waiting > 0,
  )
  return [
    ...late.map(({ kind, failures, lastGoodAt }) => `${kind} (${failures} failures, last good ${lastGoodAt})`),
    ...busy.map(({ name, heldUntil, tickets }) => `${name} ${JSON.stringify({ heldUntil, ...tickets })}`),
  ].join('; ')
}

/** Technicians go home. */
async function unlockOrders(world: ProvedWorld): Promise<void> {
  const desk = world.desks.get('tigerpaw' satisfies DeskId)
  if (desk === undefined) return
  const orders = desk.emulator.control.getState({ part: 'orders' }) as {
    ServiceOrderNumber: number
    LockedBy?: unknown
  }[]
  for (const { ServiceOrderNumber: ticketId } of orders) {
    await desk.emulator.control.act({ act: 'unlockOrder', ticketId }).catch(() => undefined)
  }
}
