import type { TroubleLevel } from '../../core/observation.ts'
import { cleanText, firstValue } from '../bounded.ts'
import type { Field, Reading } from '../message.ts'
import { longestText, nameToComputer, unread } from '../reading-words.ts'
import { type EventForm, eventForms } from './event-forms.ts'
import { findReasons, type StatusPhrase } from './status-phrases.ts'

/** Codes of the events that tell a device's new level (ksc-open-api.md 6.6). No code for "OK again" is documented. */
const statusLevels: Readonly<Record<string, TroubleLevel>> = {
  KLSRV_HOST_STATUS_CRITICAL: 'critical',
  KLSRV_HOST_STATUS_WARNING: 'warning',
}

/** How the texts of device-status events are to be read; a setting of the source. */
export type StatusReading = {
  readonly phrases: readonly StatusPhrase[]
  /**
   * True: an event names every reason that holds at its level, so one it leaves out has ended. Not documented, and wrong
   * for a server that sends an event for each reason: false unless somebody knows better.
   */
  readonly namesAll: boolean
}

/**
 * Reads the fields of an event that Kaspersky Security Center (Cloud Console) exported; null when they are not such ones.
 * `time` is what the header of the message said.
 */
export function readKasperskyEvent(fields: readonly Field[], time: Date | null, status: StatusReading): Reading | null {
  const form = eventForms.find(({ marks }) => marks.every((mark) => fits(fields, mark)))
  if (form === undefined) return null
  const type = firstValue(fields, form.type)
  if (type === '') {
    return unread('unknown-product', `An event of Kaspersky Security Center (${form.name}) that does not say its type.`)
  }
  const level = statusLevels[type]
  const happenedAt = firstTime(fields, form) ?? time
  return level === undefined
    ? eventOf(fields, form, type, happenedAt)
    : statusOf(fields, form, level, happenedAt, status)
}

function fits(fields: readonly Field[], { field, values }: EventForm['marks'][number]): boolean {
  const seen = firstValue(fields, [field]).toLowerCase()
  return values.some((value) => value.toLowerCase() === seen)
}

function eventOf(fields: readonly Field[], form: EventForm, type: string, happenedAt: Date | null): Reading {
  const word = firstValue(fields, form.severity)
  const severity = form.severities[word]
  if (severity === undefined) {
    return unread(
      'unknown-product',
      `An event ${type} of Kaspersky Security Center (${form.name}) with the severity “${word}”, which is none of its own.`,
    )
  }
  return {
    kind: 'event',
    product: 'endpoint-security-cloud',
    type: cleanText(type, 100),
    typeName: cleanText(firstValue(fields, form.title), 200),
    severity,
    state: 'happened',
    computer: nameToComputer(firstValue(fields, form.computer)),
    text: cleanText(firstValue(fields, form.text), longestText),
    happenedAt,
  }
}

function statusOf(
  fields: readonly Field[],
  form: EventForm,
  level: TroubleLevel,
  happenedAt: Date | null,
  { phrases, namesAll }: StatusReading,
): Reading {
  const computer = nameToComputer(firstValue(fields, form.computer))
  if (computer === null)
    return unread('no-computer', 'A device-status event that does not say which device it is about.')
  const text = cleanText(firstValue(fields, form.text), longestText)
  const said = [text, ...parameterValues(fields)].join('\n')
  const reasons = findReasons(said, phrases).map((statusKey) => ({ statusKey, text: '' }))
  if (reasons.length === 0) {
    return unread(
      'unknown-reasons',
      `${computer.name} became ${level}, but the text names none of the reasons we know: “${cleanText(text, 200)}”. Add its phrase to the source.`,
    )
  }
  return {
    kind: 'status',
    product: 'endpoint-security-cloud',
    computer,
    level,
    state: 'raised',
    reasons,
    namesAll,
    text,
    happenedAt,
  }
}

/** `p1` to `p9`: a status event may carry its reason there rather than in its text. */
function parameterValues(fields: readonly Field[]): string[] {
  return fields.filter(({ name }) => /^p[1-9]$/.test(name)).map(({ value }) => value)
}

/** Milliseconds since 1970. */
function firstTime(fields: readonly Field[], form: EventForm): Date | null {
  const text = form.time.length === 0 ? '' : firstValue(fields, form.time)
  return /^\d{12,14}$/.test(text) ? new Date(Number(text)) : null
}
