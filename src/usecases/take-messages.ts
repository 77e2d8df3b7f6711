import { BusyError, type ChannelMessage, type EventRead, type StatusRead } from '../channels/message.ts'
import type { NewParcel } from '../db/inbox.ts'
import { countOfNobody, type NewUnread, noCompany, storeUnread } from '../db/unread-messages.ts'
import type { Deps } from './deps.ts'
import { inRuns, type PushedEvent, type PushedStatus, toParcel } from './pushed-forms.ts'
import { type OpenPushed, openPushed } from './pushed-source.ts'
import { InboxFullError, takeParcels } from './take-parcels.ts'

/** Messages that wait for a person to say whose they are; above that senders are pushed back. */
const mostOfNobody = 100_000

/**
 * Takes what a channel read, and returns when all of it is on disk: what belongs to a company into the inbox, all else to be
 * shown to a person. Throws `BusyError` when it must be pushed back; taking the same messages again then changes nothing twice.
 */
export async function takeMessages(deps: Deps, messages: readonly ChannelMessage[]): Promise<void> {
  for (const [sourceId, mine] of Map.groupBy(messages, (message) => message.sourceId)) {
    const source = await openPushed(deps, sourceId)
    const unread = mine.flatMap((message) => toUnread(source, message))
    if (
      unread.some(({ reason }) => reason === noCompany) &&
      (await countOfNobody(deps.pool, sourceId)) > mostOfNobody
    ) {
      throw new BusyError(60_000)
    }
    try {
      await takeParcels(deps, sourceId, source.rules.mostWaiting, toParcels(source, mine), (client) =>
        storeUnread(client, sourceId, unread, deps.clock.now()),
      )
    } catch (error) {
      if (error instanceof InboxFullError) throw new BusyError(error.retryAfterMs)
      throw error
    }
  }
}

/** Parcels of the messages that were read and whose company is known, in their order. */
export function toParcels(source: OpenPushed, messages: readonly ChannelMessage[]): NewParcel[] {
  const known = messages.filter((message) => toUnread(source, message).length === 0)
  const byCompany = Map.groupBy(known, ({ company, channel }) => `${channel}\u001f${company?.key ?? ''}`)
  return [...byCompany.values()].flatMap((mine) => {
    const [first] = mine
    if (first?.company == null) return []
    const { channel, company } = first
    const events = mine.flatMap((message) => toEvents(source, message))
    const statuses = mine.flatMap(({ reading }) => (reading.kind === 'status' ? [toStatus(reading)] : []))
    const companyName = company.name
    return [
      ...inRuns(events).map((some) => {
        return toParcel('events', company.key, channel, some.length, { companyName, events: some })
      }),
      ...inRuns(statuses).map((some) => {
        return toParcel('statuses', company.key, channel, some.length, { companyName, statuses: some })
      }),
    ]
  })
}

function toEvents(source: OpenPushed, { key, receivedAt, reading }: ChannelMessage): PushedEvent[] {
  if (reading.kind !== 'event') return []
  const type = source.pushed.eventTypeKey(reading.product, reading.type)
  const { hasEnd } = source.describeEvent(type)
  // Below Warning nothing is observed, but for the end of something that holds.
  if (reading.severity === 'info' && !(hasEnd && reading.state === 'resolved')) return []
  const { typeName, computer, text } = reading
  const severity = reading.severity === 'info' ? 'warning' : reading.severity
  const state = !hasEnd ? 'happened' : reading.state === 'resolved' ? 'resolved' : 'raised'
  return [{ key, type, typeName, severity, state, computer, text, happenedAt: momentOf(reading, receivedAt) }]
}

/**
 * What a sender dates later than now is taken to be now: else it would overtake all that follows. So is what it dates before
 * 1970: that is no time, and the database does not hold every one.
 */
function momentOf({ happenedAt }: EventRead, receivedAt: Date): string {
  const isTime = happenedAt !== null && happenedAt.getTime() > 0 && happenedAt <= receivedAt
  return (isTime ? happenedAt : receivedAt).toISOString()
}

function toStatus({ computer, level, state, reasons, namesAll }: StatusRead): PushedStatus {
  return { computer, level, state, reasons, namesAll }
}

/** What a person has to look at: one message, or none. */
function toUnread(source: OpenPushed, message: ChannelMessage): NewUnread[] {
  const { key, channel, origin, reading, company } = message
  const { peer, certificate, host, tag, sender, recipient } = origin
  if (reading.kind === 'unread') {
    // The other end is proven by the connection; what it says of itself could be another word each time.
    return [{ key, channel, reason: reading.reason, detail: reading.detail, origin: certificate || peer, message }]
  }
  if (reading.kind === 'event' && reading.state === 'resolved') {
    const { hasEnd } = source.describeEvent(source.pushed.eventTypeKey(reading.product, reading.type))
    const detail = `It says that “${reading.type}” is resolved, and events of this type have no end.`
    if (!hasEnd) return [{ key, channel, reason: 'no-end', detail, origin: certificate || peer, message }]
  }
  if (company !== null) return []
  const words = [certificate, host, tag, sender, recipient].filter((word) => word !== '')
  const detail = 'No rule of the source says whose this is: give it to a company, or add a rule.'
  return [{ key, channel, reason: noCompany, detail, origin: words.join(' · ') || peer, message }]
}
