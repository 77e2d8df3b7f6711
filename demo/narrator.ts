import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import { type DeskTicket, readDesk } from './desk-record.ts'
import type { Stage } from './stage.ts'
import type { Scene } from './story-form.ts'

/** Tells a person what happens at the clients and, by the desk's own history, what becomes of the tickets. */

export type Paint = (colour: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', text: string) => string

export type Narrator = {
  scene(scene: Scene, at: Date): void
  /** Tells what is new at the desk. */
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

export function createNarrator(stage: Stage, say: (line: string) => void, paint: Paint): Narrator {
  let told = stage.autotask.history().length
  let day = ''
  let countedAt = stage.now().getTime()

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
    mark: string,
    colour: Parameters<Paint>[0],
    tickets: readonly DeskTicket[],
    what: string,
  ): void {
    const alike = Map.groupBy(tickets, ({ companyId, level, what: words }) => `${companyId}/${level}/${words}`)
    for (const same of alike.values()) {
      for (const ticket of same.slice(0, same.length > mostAlike ? 1 : mostAlike)) {
        const client = stage.names.companyName(ticket.companyId)
        const queue = stage.names.label('queueID', ticket.queueId)
        const more = same.length > mostAlike ? ` and ${same.length - 1} more like it` : ''
        line(at, `    ${paint(colour, `${mark} ${what}`)}  ${client} · ${queue} · ${ticket.title}${more}`)
      }
    }
  }

  function count(at: Date): void {
    const hours = (at.getTime() - countedAt) / 3_600_000
    if (hours < hoursBetweenCounts) return
    countedAt = at.getTime()
    const { open, closed } = stage.autotask.stats().tickets
    line(at, paint('dim', `tickets at the desk: ${open} open, ${closed} closed`))
  }

  return {
    scene: (scene, at) => line(at, scene.say),
    news(at) {
      const fresh = stage.autotask.history(told)
      told += fresh.length
      if (fresh.length > 0) {
        const tickets = new Map(readDesk(stage.autotask.history()).map((ticket) => [ticket.id, ticket]))
        for (const { mark, colour, what, is } of kinds) {
          const found = fresh.filter(is).flatMap(({ ticketId }) => tickets.get(ticketId) ?? [])
          if (found.length > 0) tell(at, mark, colour, [...new Set(found)], what)
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
