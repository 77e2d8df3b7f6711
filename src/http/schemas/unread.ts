import { z } from 'zod'
import { Id, IdText, listOf, Moment, named } from './common.ts'
import { Company } from './company.ts'

/** Messages that nobody could read, or whose company is not known. */

export const UnreadGroup = z.object({
  id: Id,
  reason: z.string(),
  origin: z.string().describe('where they came from, and for `no-company` all that could say whose they are'),
  channel: z.string(),
  stays: z.boolean().describe('true: all are kept; false: the latest are, and all are counted'),
  messages: z.int(),
  kept: z.int(),
  bytes: z.int().describe('that the kept ones take'),
  firstAt: Moment,
  lastAt: Moment,
})

export const UnreadTotal = z.object({ groups: z.int(), messages: z.int() })

export const UnreadQuery = z.strictObject({
  reason: z.string().max(100).optional(),
  groupId: IdText.optional(),
  before: IdText.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

const unread = {
  id: Id,
  groupId: Id,
  channel: z.string(),
  reason: z.string(),
  detail: z.string(),
  origin: z.string(),
  message: z.unknown().describe('origin, fields, and the beginning of its text'),
  receivedAt: Moment,
}

export const UnreadList = named(
  'UnreadList',
  z.object({
    items: listOf(z.object(unread)),
    next: z.int().nullable().describe('`before` of the next ones; null at the end'),
  }),
)

export const UnreadParams = z.strictObject({ id: IdText, messageId: IdText })

export const UnreadMessage = named(
  'UnreadMessage',
  z.object({ ...unread, text: z.string().describe('as it came, up to the limit of its listener') }),
)

export const UnreadGroupsQuery = z.strictObject({
  before: IdText.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

export const UnreadGroupList = named(
  'UnreadGroupList',
  z.object({
    items: listOf(UnreadGroup),
    next: z.int().nullable().describe('`before` of the next ones; null at the end'),
  }),
)

export const UnreadGroupParams = z.strictObject({ id: IdText, groupId: IdText })

export const UnreadRemoved = named('UnreadRemoved', z.object({ removed: z.int() }))

export const AssignUnread = z.strictObject({
  groupId: Id.describe('of messages with the reason `no-company`, as `list-unread-groups` names it'),
  company: Company,
})

export const UnreadAssigned = named('UnreadAssigned', z.object({ assigned: z.int() }))
