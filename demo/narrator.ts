import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import type { DeskTicket } from './desks/desk-ticket.ts'
import type { Scene } from './story-form.ts'
import type { World } from './world.ts'
import type { WorldDesk } from './world-parts.ts'

/** Tells a person what happens at the clients and, by the desks' own histories, what becomes of the tickets. */

export type Paint = (colour: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', text: string) => string

export type Narrator = {
  scene(scene: Scene, at: Date): void
  /** Tells what is new at the desks. */
  news(at: Date): void
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

/** Paints for a terminal, or not at all. */
export function createPaint(coloured: boolean): Paint {
  return (colour, text) => (coloured ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text)
}

/** More alike tickets at once than this become one line. */
const mostAlike = 3
const hoursBetweenCounts = 6

export function createNarrator(world: World, say: (line: string) => void, paint: Paint): Narrator {
  const { desks } = world.parts
  const told = new Map(desks.map(({ id, emulator }) => [id, emulator.history().length]))
  const widest = Math.max(...desks.map(({ name }) => name.length))
  let day = ''
  let countedAt = world.now().getTime()

  function line(at: Date, text: string): void {
    const today = at.toISOString().slice(0, 10)
    if (today !== day) {
      day = today
      say('')
      say(paint('bold', new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' }).format(at)))
    }
    say(`  ${paint('dim', at.toISOString().slice(11, 16))}  ${text}`)
  }

  function tell(
    at: Date,
    desk: WorldDesk,
    mark: string,
    colour: Parameters<Paint>[0],
    tickets: readonly DeskTicket[],
    what: string,
  ): void {
    const alike = Map.groupBy(tickets, ({ companyId, level, what: words }) => `${companyId}/${level}/${words}`)
    for (const same of alike.values()) {
      for (const { client, place, title } of same.slice(0, same.length > mostAlike ? 1 : mostAlike)) {
        const more = same.length > mostAlike ? ` and ${same.length - 1} more like it` : ''
        const where = `${desk.name.padEnd(widest)}  ${client} · ${place}`
        line(at, `    ${paint(colour, `${mark} ${what}`)}  ${where} · ${title}${more}`)
      }
    }
  }

  function count(at: Date): void {
    const hours = (at.getTime() - countedAt) / 3_600_000
    if (hours < hoursBetweenCounts) return
    countedAt = at.getTime()
    const counts = desks.map(({ name, emulator }) => {
      const { open, closed } = emulator.stats().tickets
      return `${name} ${open} open, ${closed} closed`
    })
    line(at, paint('dim', `tickets: ${counts.join('; ')}`))
  }

  return {
    scene: (scene, at) => line(at, scene.say),
    news(at) {
      for (const desk of desks) {
        const fresh = desk.emulator.history(told.get(desk.id))
        told.set(desk.id, (told.get(desk.id) ?? 0) + fresh.length)
        if (fresh.length === 0) continue
        const tickets = new Map(desk.tickets().map((ticket) => [ticket.id, ticket]))
        for (const { mark, colour, what, is } of kinds) {
          const found = fresh.filter(is).flatMap(({ ticketId }) => tickets.get(ticketId) ?? [])
          if (found.length > 0) tell(at, desk, mark, colour, [...new Set(found)], what)
        }
      }
      count(at)
    },
  }
}

type Kind = {
  readonly mark: string
  readonly colour: Parameters<Paint>[0]
  readonly what: string
  is(entry: TicketHistoryEntry): boolean
}

/** What people do is told by the story; here is what Tocsin does. */
const kinds: readonly Kind[] = [
  { mark: '+', colour: 'yellow', what: 'opened', is: ({ kind, by }) => kind === 'created' && by === 'api' },
  { mark: '^', colour: 'red', what: 'raised', is: ({ kind, by }) => kind === 'updated' && by === 'api' },
  { mark: '·', colour: 'cyan', what: 'noted ', is: ({ kind, by }) => kind === 'note' && by === 'api' },
  { mark: '-', colour: 'green', what: 'closed', is: ({ kind, by }) => kind === 'closed' && by === 'api' },
]
