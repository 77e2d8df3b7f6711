import type { EventSeen, Severity } from '../core/observation.ts'
import type { TenantGround } from '../db/ground.ts'
import type { UndoneTicket } from '../db/judgement.ts'
import type { JudgedSource } from './judge-computers.ts'
import type { TicketSubject } from './write-decisions.ts'

/** Names of severities as the console and the tickets show them. */
const severityTitles: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  'functional-failure': 'Functional failure',
  warning: 'Warning',
}

/** What a decision about an event is about. `conditionId`: of one that has an end and holds. */
export function eventSubject(
  source: JudgedSource,
  event: EventSeen,
  about: {
    readonly kind: 'event' | 'lasting'
    readonly tenant: TenantGround
    readonly identity: string
    readonly eventId: number | null
    readonly conditionId: number | null
    readonly ticket: UndoneTicket | null
  },
): TicketSubject {
  const known = source.catalogue.eventTypes.find(({ key }) => key === event.type)
  return {
    ...about,
    sourceName: source.name,
    what: event.typeName === '' ? (known?.title ?? event.type) : event.typeName,
    advice: known?.advice ?? 'Look at the event in the security product.',
    detail: event.text,
    computerKey: event.computerKey,
    computerName: event.computerName,
    link: '',
    levelTitle: severityTitles[event.severity],
    since: event.happenedAt,
  }
}
