// What is to be told, in order; a channel takes it from here and gives back what was not accepted.
import type { Company, Computer, Level, Product, Severity, World } from './world.ts'
import { levelOf } from './world.ts'

export type Named = { key: string; name: string }

export type ComputerTold = Named & {
  level: Level | 'ok'
  statuses: { key: string; text: string }[]
}

export type OutMessage =
  | { kind: 'list'; company: Named; sequence: number; computers: ComputerTold[] }
  | { kind: 'change'; company: Named; sequence: number; computer: ComputerTold }
  | { kind: 'removal'; company: Named; sequence: number; computer: string; name: string }
  | {
      kind: 'event'
      company: Named
      id: string
      product: Product
      type: string
      name: string
      severity: Severity
      state?: 'raised' | 'resolved'
      computer?: Named
      text: string
      happenedAt: string
    }
  | { kind: 'mailboxes'; company: Named; count: number; countedAt: string }

/** How an attempt to tell something ended. */
export type SendResult = { sent: number; refused: string | null; retryAfterMs: number | null }

/** One way to tell it. It takes messages from the front, in order, and says how many were accepted. */
export type Channel = {
  readonly name: 'http' | 'syslog' | 'mail'
  /** What this channel can carry; all else stays for another one. */
  carries(message: OutMessage): boolean
  send(messages: readonly OutMessage[]): Promise<SendResult>
  close(): Promise<void>
}

export type Outbox = {
  add(message: OutMessage): void
  waiting(): readonly OutMessage[]
  /** Sends what waits until all is accepted or the other side refuses or pushes back. */
  flush(channel: Channel, how: FlushOptions): Promise<FlushResult>
  clear(): void
}

export type FlushOptions = {
  /** So often after a push-back. */
  again: number
  /** Newest first, as a queue that was emptied from the wrong end. */
  reversed: boolean
  /** Everything is sent twice, as by a sender that did not get the first answer. */
  twice: boolean
}

export type FlushResult = { sent: number; waiting: number; pushedBack: number; refused: string | null }

/** Most messages that are handed to a channel at once. */
const atOnce = 10_000

/** An empty outbox. `pause` waits in real time; `told` hears of each message that was accepted. */
export function createOutbox(
  pause: (ms: number) => Promise<void>,
  told: (message: OutMessage, by: Channel['name']) => void,
): Outbox {
  let waiting: OutMessage[] = []
  return {
    add: (message) => void waiting.push(message),
    waiting: () => waiting,
    clear() {
      waiting = []
    },
    async flush(channel, { again, reversed, twice }) {
      const total: FlushResult = { sent: 0, waiting: 0, pushedBack: 0, refused: null }
      for (;;) {
        const carried = waiting.filter((message) => channel.carries(message))
        const mine = (reversed ? carried.reverse() : carried).slice(0, atOnce)
        if (mine.length === 0) break
        const { sent, refused, retryAfterMs } = await channel.send(mine)
        if (twice) await channel.send(mine.slice(0, sent))
        total.sent += sent
        const accepted = mine.slice(0, sent)
        for (const message of accepted) told(message, channel.name)
        const gone = new Set(accepted)
        waiting = waiting.filter((message) => !gone.has(message))
        if (refused !== null) {
          total.refused = refused
          break
        }
        if (sent === mine.length) continue
        total.pushedBack += 1
        if (total.pushedBack > again) break
        await pause(retryAfterMs ?? 1_000)
      }
      total.waiting = waiting.length
      return total
    },
  }
}

/** The present state of a company as a complete list. */
export function toList(world: World, company: Company): OutMessage {
  return {
    kind: 'list',
    company: named(company),
    sequence: world.nextSequence(),
    computers: Object.values(company.computers).map(toTold),
  }
}

/** The present state of one computer. */
export function toChange(world: World, company: Company, computer: Computer): OutMessage {
  return { kind: 'change', company: named(company), sequence: world.nextSequence(), computer: toTold(computer) }
}

export function named({ key, name }: Named): Named {
  return { key, name }
}

function toTold(computer: Computer): ComputerTold {
  return {
    key: computer.key,
    name: computer.name,
    level: levelOf(computer),
    statuses: Object.entries(computer.statuses).map(([key, { text }]) => ({ key, text })),
  }
}
