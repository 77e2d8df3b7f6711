import type { Channel, ComputerTold, OutMessage } from './outbox.ts'
import type { Fact, Told, World } from './world.ts'

/** Notes in the history what the other side has accepted: from then on it can know. */
export function recordTold(world: World, message: OutMessage, by: Channel['name']): void {
  const fact = factOf(message, by)
  if (fact !== null) world.record(message.company.key, fact)
}

/** Null: a count of mailboxes, of which no ticket comes. */
function factOf(message: OutMessage, by: Channel['name']): Fact | null {
  if (message.kind === 'mailboxes') return null
  if (message.kind === 'event') return { kind: 'told', by, of: 'event', id: message.id }
  const { kind: of, sequence } = message
  return { kind: 'told', by, of, sequence, computers: computersOf(message) }
}

function computersOf(message: Exclude<OutMessage, { kind: 'event' | 'mailboxes' }>): Told[] {
  if (message.kind === 'list') return message.computers.map(toTold)
  if (message.kind === 'change') return [toTold(message.computer)]
  return [{ name: message.name, level: 'ok', statuses: [] }]
}

function toTold({ name, level, statuses }: ComputerTold): Told {
  return { name, level, statuses: statuses.map(({ key }) => key) }
}
