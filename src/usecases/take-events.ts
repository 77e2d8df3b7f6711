import type { Severity } from '../core/observation.ts'
import type { Deps } from './deps.ts'
import { inRuns, type PushedEvent, toParcel } from './pushed-forms.ts'
import { type FieldIssue, invalidInput } from './request-error.ts'
import { type Sender, senderCompany } from './source-sender.ts'
import type { CompanyInput, Taken } from './take-computers.ts'
import { takeParcels } from './take-parcels.ts'

export type EventInput = {
  readonly id: string
  readonly product: string
  readonly type: string
  readonly name: string
  readonly severity?: Severity | undefined
  readonly state?: 'raised' | 'resolved' | undefined
  readonly computer?: { readonly key: string; readonly name: string } | undefined
  readonly text: string
  readonly happenedAt: Date
}

export type TakeEvents = { readonly company: CompanyInput; readonly events: readonly EventInput[] }

/** A clock may be so far ahead, in ms: what seems to come from later would overtake all that follows. */
const aheadMs = 15 * 60_000

/** Takes events of one company, all or none. Throws `RequestError` naming each that cannot be meant so. */
export async function takeEvents(deps: Deps, sender: Sender, input: TakeEvents): Promise<Taken> {
  const company = senderCompany(sender, input.company)
  const issues: FieldIssue[] = []
  const latest = deps.clock.now().getTime() + aheadMs
  const events = input.events.map((event, n) => toEvent(sender, event, n, latest, issues))
  if (issues.length > 0) throw invalidInput(issues.slice(0, 20))
  const parcels = inRuns(events).map((some) =>
    toParcel('events', company.key, 'http', some.length, { companyName: company.name, events: some }),
  )
  await takeParcels(deps, sender.source.id, sender.source.rules.mostWaiting, parcels)
  return { taken: events.length }
}

function toEvent(
  { source }: Sender,
  event: EventInput,
  place: number,
  latest: number,
  issues: FieldIssue[],
): PushedEvent {
  const type = source.pushed.eventTypeKey(event.product, event.type)
  const known = source.catalogue.eventTypes.find(({ key }) => key === type)
  const { hasEnd } = source.describeEvent(type)
  const severity = event.severity ?? known?.usualSeverity
  const refuse = (field: string, message: string) => issues.push({ field: `events.${place}.${field}`, message })
  if (severity === undefined) {
    refuse('severity', `Send the severity: the catalogue has no usual one for “${event.type}”.`)
  }
  if (!hasEnd && event.state !== undefined) {
    refuse('state', `“${event.type}” has no end: leave the state out, or use a type of the catalogue that has one.`)
  }
  if (event.happenedAt.getTime() > latest) {
    refuse('happenedAt', 'This is more than 15 minutes from now: set the clock of the sender by a time server.')
  }
  if (event.happenedAt.getTime() <= 0) {
    refuse('happenedAt', 'This is not after 1970: send when it happened, or when the sender heard of it.')
  }
  return {
    key: event.id,
    type,
    typeName: event.name,
    severity: severity ?? 'warning',
    state: hasEnd ? (event.state ?? 'raised') : 'happened',
    computer: event.computer ?? null,
    text: event.text,
    happenedAt: event.happenedAt.toISOString(),
  }
}
