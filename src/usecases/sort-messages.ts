import type { ChannelMessage, Clue, EventRead, StatusRead } from '../channels/message.ts'
import { messageKey } from '../channels/message-key.ts'
import type { KeptMessage } from '../channels/read-again.ts'
import type { NewParcel } from '../db/inbox.ts'
import { type NewUnreadGroup, noCompany } from '../db/unread-groups.ts'
import type { NewUnread } from '../db/unread-messages.ts'
import { inRuns, type PushedEvent, type PushedStatus, toParcel } from './pushed-forms.ts'
import type { OpenPushed } from './pushed-source.ts'

/** Parcels of the messages that were read and whose company is known, in their order. */
export function toParcels(source: OpenPushed, messages: readonly KeptMessage[]): NewParcel[] {
  const known = messages.filter((message) => whyUnread(source, message) === null)
  const byCompany = Map.groupBy(known, ({ company, channel }) => `${channel}\u001f${company?.key ?? ''}`)
  return [...byCompany.values()].flatMap((mine) => {
    const [first] = mine
    if (first?.company == null) return []
    const { channel, company } = first
    const events = mine.flatMap((message) => toEvents(source, message))
    const statuses = mine.flatMap(({ reading, receivedAt }) =>
      reading.kind === 'status' ? [toStatus(reading, receivedAt)] : [],
    )
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

function toEvents(source: OpenPushed, { key, receivedAt, reading }: KeptMessage): PushedEvent[] {
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

function toStatus({ computer, level, state, reasons, namesAll }: StatusRead, receivedAt: Date): PushedStatus {
  return { computer, level, state, reasons, namesAll, receivedAt: receivedAt.toISOString() }
}

/** What a person has to look at; null: nothing, it is settled. */
export function toUnread(source: OpenPushed, message: ChannelMessage): NewUnread | null {
  const why = whyUnread(source, message)
  if (why === null) return null
  const { whole, version, clues, ...kept } = message
  const group = why.reason === noCompany ? ofNobody(message, clues) : illegible(message, why.reason)
  return { key: message.key, group, detail: why.detail, message: kept, whole, version, receivedAt: message.receivedAt }
}

function whyUnread(
  source: OpenPushed,
  { reading, company }: KeptMessage,
): { readonly reason: string; readonly detail: string } | null {
  if (reading.kind === 'unread') return reading
  if (reading.kind === 'event' && reading.state === 'resolved') {
    const { hasEnd } = source.describeEvent(source.pushed.eventTypeKey(reading.product, reading.type))
    const detail = `It says that “${reading.type}” is resolved, and events of this type have no end.`
    if (!hasEnd) return { reason: 'no-end', detail }
  }
  if (company !== null) return null
  const detail = 'No rule of the source says whose this is: give it to a company, or add a rule.'
  return { reason: noCompany, detail }
}

/** The other end is proven by the connection, and an address of mail is a company's own; all else could be another word each time. */
function illegible({ channel, origin }: KeptMessage, reason: string): NewUnreadGroup {
  const words = [origin.certificate || origin.peer, origin.recipient].filter((word) => word !== '')
  const key = messageKey([reason, channel, origin.certificate, origin.peer, origin.recipient])
  return { key, reason, channel, origin: words.join(' · '), stays: channel === 'mail' }
}

/** Messages that differ in anything that could say whose they are must not be given away together. */
function ofNobody({ channel }: KeptMessage, clues: readonly Clue[]): NewUnreadGroup {
  const key = messageKey([noCompany, channel, ...clues.flatMap(({ on, field, value }) => [on, field, value])])
  const origin = clues.map(({ field, value }) => (field === '' ? inShort(value) : `${field}: ${inShort(value)}`))
  return { key, reason: noCompany, channel, origin: origin.join(' · '), stays: true }
}

const longestWord = 200

function inShort(value: string): string {
  return value.length > longestWord ? `${value.slice(0, longestWord).toWellFormed()} …` : value
}
