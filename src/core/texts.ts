import type { EndReason } from './condition.ts'
import type { StepReason } from './next-step.ts'
import type { Level } from './observation.ts'

/**
 * Every text a technician reads in a ticket. Templates are plain text with fields in double braces; an unknown field is
 * an error when a template is saved, never an odd text in a ticket.
 */

/** What a template may name. Dates are ISO 8601 in UTC, to the minute. */
export type TemplateFields = {
  readonly level: string
  readonly what: string
  readonly computer: string
  readonly client: string
  readonly since: string
  readonly detail: string
  readonly advice: string
  readonly closes: string
  readonly source: string
  readonly link: string
}

/** Field names with what they stand for, for the documentation and the console. */
export const templateFields: Readonly<Record<keyof TemplateFields, string>> = {
  level: 'Warning or Critical; for an event its severity',
  what: 'the status description or the name of the event',
  computer: 'name of the computer',
  client: 'name of the client at the source',
  since: 'when it was first seen, or when the event happened (UTC)',
  detail: 'what the security product itself says about it',
  advice: 'one line: how to put it right',
  closes: 'what closes this ticket',
  source: 'name of the source in Tocsin',
  link: 'address of the computer in the source’s console',
}

export const defaultTitleTemplate = '{{level}}: {{what}} on {{computer}}'

export const defaultDescriptionTemplate = [
  '{{what}} on {{computer}} ({{client}}), {{level}}, since {{since}}.',
  '',
  '{{detail}}',
  '',
  'How to put it right: {{advice}}',
  '{{closes}}',
  '{{link}}',
  '',
  'Reported by {{source}} through Tocsin.',
].join('\n')

const fieldInBraces = /\{\{([^{}]*)\}\}/g

/** Names in a template that stand for nothing; empty when the template is good. */
export function unknownTemplateFields(template: string): string[] {
  return [...template.matchAll(fieldInBraces)]
    .map((match) => match[1] ?? '')
    .filter((inside) => inside.includes('\n') || !Object.hasOwn(templateFields, inside.trim()))
    .map((inside) => inside.trim())
}

/** Fills a template. Lines that hold nothing but empty fields vanish, and never two empty lines follow each other. */
export function fillTemplate(template: string, fields: TemplateFields): string {
  const lines = template.split(/\r?\n/).flatMap((line) => {
    const filled = line.replace(fieldInBraces, (_, inside: string) => {
      const name = inside.trim()
      return Object.hasOwn(fields, name) ? fields[name as keyof TemplateFields] : ''
    })
    return filled.trim() === '' && line.trim() !== '' ? [] : filled.split('\n')
  })
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

export const levelTitles: Readonly<Record<Level, string>> = { ok: 'OK', warning: 'Warning', critical: 'Critical' }

/** ISO 8601 to the minute, in UTC: `2026-11-22 08:10 UTC`. */
export function formatMinute(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** `lasting`: an event that has an end. */
export function closesText(kind: 'condition' | 'event' | 'lasting', what: string): string {
  switch (kind) {
    case 'condition':
      return `This ticket closes by itself when “${what}” no longer applies to this computer, whatever else is wrong with it.`
    case 'lasting':
      return `This ticket closes by itself when “${what}” is reported as resolved.`
    case 'event':
      return 'This ticket is about something that happened once: close it when it has been dealt with.'
  }
}

/** The description of a ticket at the moment when it is opened. `repeats`: how often it was seen again until then. */
export function openingText(description: string, repeats: number): string {
  if (repeats === 0) return description
  return `${description}\n\nBefore this ticket was opened it was seen ${repeats} more time${repeats === 1 ? '' : 's'}.`
}

const endings: Readonly<Record<EndReason, string>> = {
  'no-longer-applies': 'it no longer applies to this computer',
  'computer-removed': 'the computer was removed from the security product',
  'computer-moved': 'the computer was moved to another client in the security product',
  resolved: 'the security product reported that it is resolved',
  'not-repeated': 'it was not reported again within the hold time of its source',
}

/** How every resolution of ours begins: tells a close of ours from a person's. */
export const closingMark = 'Closed by Tocsin at '

/** The resolution of a ticket that closes by itself. `untold`: repeats that no note has told of yet. */
export function resolutionText(what: string, reason: EndReason | null, at: Date, untold: number): string {
  const why = reason === null ? 'it is no longer reported' : endings[reason]
  const repeats = untold > 0 ? ` Until then it was seen ${untold} more time${untold === 1 ? '' : 's'}.` : ''
  return `${closingMark}${formatMinute(at)}: “${what}” is over, because ${why}.${repeats}`
}

/** Title and text of a note. `marker` must stay in the text: it is what finds the note again. */
export function noteText(
  reason: StepReason,
  about: {
    what: string
    level: Level
    levelTold: Level | null
    repeats: number
    lastRepeatAt: Date | null
    marker: string
  },
): { title: string; text: string } {
  const untold = about.repeats > 0 ? ` Seen ${about.repeats} more time${about.repeats === 1 ? '' : 's'} since.` : ''
  if (reason === 'seen-again') {
    const last = about.lastRepeatAt === null ? '' : `, last at ${formatMinute(about.lastRepeatAt)}`
    return {
      title: `Seen again: ${about.what}`,
      text: `“${about.what}” was seen ${about.repeats} more time${about.repeats === 1 ? '' : 's'}${last}. [${about.marker}]`,
    }
  }
  const from = levelTitles[about.levelTold ?? 'ok']
  const to = levelTitles[about.level]
  return {
    title: `Now ${to}: ${about.what}`,
    text: `The computer went from ${from} to ${to} while “${about.what}” still applies.${untold} [${about.marker}]`,
  }
}

/** Cuts a text to at most `max` UTF-16 units at the border of a character as people see it, with an ellipsis when cut. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text
  if (max < 1) return ''
  let kept = ''
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    if (kept.length + segment.length > max - 1) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}
