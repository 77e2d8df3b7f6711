import { z } from 'zod'
import { Failure, FieldValues, Id, Level, listOf, Moment, named, Severity } from './common.ts'

const TicketState = z
  .enum(['waiting', 'open', 'closing', 'done'])
  .describe('waiting to be opened at the desk, open there, closing: its end is decided and not yet done')

const EndReason = z.enum(['no-longer-applies', 'computer-removed', 'computer-moved', 'resolved', 'not-repeated'])

export const Ticket = named(
  'Ticket',
  z.object({
    id: Id,
    state: TicketState,
    stuck: z.boolean().describe('stopped until a person helps'),
    failure: Failure.nullable(),
    nextTryAt: Moment.nullable(),
    title: z.string(),
    level: Level,
    integrationId: Id,
    psaId: Id,
    tenantId: Id,
    tenantName: z.string(),
    accountId: z.string(),
    computerName: z.string(),
    statusKey: z.string().nullable(),
    eventType: z.string().nullable(),
    conditionId: Id.nullable(),
    eventId: Id.nullable(),
    deskTicketId: z.string().nullable(),
    deskNumber: z.string().nullable(),
    link: z.string().describe('address at the desk; empty when unknown'),
    notBefore: Moment.nullable(),
    repeats: z.int(),
    released: z.boolean().describe('a person reopened it: Tocsin leaves it alone'),
    endReason: EndReason.nullable(),
    outcome: z.enum(['closed-by-us', 'closed-by-person', 'deleted-by-person', 'never-needed', 'given-up']).nullable(),
    createdAt: Moment,
    openedAt: Moment.nullable(),
    closedAt: Moment.nullable(),
    doneAt: Moment.nullable(),
  }),
)

export const Condition = named(
  'Condition',
  z.object({
    id: Id,
    sourceId: Id,
    tenantId: Id,
    tenantName: z.string(),
    computerName: z.string(),
    statusKey: z.string(),
    title: z.string(),
    text: z.string().describe('what the security product itself says'),
    link: z.string(),
    level: Level,
    beganAt: Moment,
    heldBefore: z.boolean().describe('it held when its tenant was first read, so it opened no ticket by itself'),
    hiddenSince: Moment.nullable().describe('since when a Critical level may hide it'),
    endedAt: Moment.nullable(),
    endReason: EndReason.nullable(),
    eventSeverity: Severity.nullable().describe('of an event that has an end; null for a status of a computer'),
    ticket: z.object({ id: Id, state: TicketState, stuck: z.boolean(), deskNumber: z.string().nullable() }).nullable(),
  }),
)

export const Event = named(
  'Event',
  z.object({
    id: Id,
    sourceId: Id,
    tenantId: Id,
    tenantName: z.string(),
    type: z.string(),
    typeName: z.string(),
    severity: Severity,
    computerName: z.string(),
    text: z.string(),
    happenedAt: Moment.describe('by the clock of the source'),
    receivedAt: Moment,
    ticketId: Id.nullable(),
  }),
)

const Decision = named(
  'Decision',
  z.object({
    id: Id,
    at: Moment,
    outcome: z.string(),
    reason: z.string(),
    words: z.string().describe('the reason in plain words'),
  }),
)

export const TicketStory = named(
  'TicketStory',
  z.object({
    ticket: Ticket,
    description: z.string(),
    reference: z.string().describe('the key that stands inside the ticket at the desk'),
    general: FieldValues,
    fields: FieldValues,
    condition: Condition.nullable(),
    event: Event.nullable(),
    decisions: listOf(Decision),
    steps: listOf(
      z.object({
        id: Id,
        at: Moment,
        step: z.string(),
        reason: z.string(),
        result: z.string(),
        message: z.string(),
        durationMs: z.int(),
      }),
    ),
  }),
)

function explanationOf<S extends z.ZodType>(id: string, subject: S) {
  return named(
    id,
    z.object({
      subject,
      answer: z.string().describe('why, in plain words, and what would change it'),
      decision: Decision.nullable(),
      now: z.object({
        mapped: z.boolean(),
        integrationId: Id.nullable(),
        ruleOn: z.boolean(),
        pausedUntil: Moment.nullable(),
        tenantFailingSince: Moment.nullable(),
        tenantVanishedAt: Moment.nullable(),
      }),
      ticket: Ticket.nullable(),
    }),
  )
}

export const ConditionExplanation = explanationOf('ConditionExplanation', Condition)
export const EventExplanation = explanationOf('EventExplanation', Event)
