import { z } from 'zod'
import { Flag, Id, IdText, listOf, Moment, MomentInput, Name, named, Severity } from './common.ts'
import { Company, Key, Words } from './company.ts'
import { UnreadGroup, UnreadTotal } from './unread.ts'

/** The contract of web requests that send to a source (docs/HUB.md). Version 1: what is added later is optional. */

/** A path is the same for everybody; the source stands in it, since tokens are made for one. */
export const HubParams = z.strictObject({ sourceId: IdText })
export const HubTokenParams = z.strictObject({ id: IdText, tokenId: IdText })

/** Most computers of one list, and most items of any other request. */
const mostListed = 50_000
const mostItems = 10_000
const longestText = 10_000

const Text = z.string().max(longestText)

/** Milliseconds since 1970 fit, and are what is best sent. */
const Sequence = z
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .describe('grows with time, best the milliseconds since 1970 when it was read; lists and changes share it')

const Reason = z.strictObject({
  key: Key.describe('a status description of the catalogue'),
  text: Text.default('').describe('what the product itself says'),
})

const Computer = z
  .strictObject({
    key: Key.describe('stable within its company'),
    name: Words.min(1),
    level: z.enum(['ok', 'warning', 'critical']),
    statuses: z.array(Reason).max(100).default([]).describe('all that hold now'),
    link: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
  })
  .refine(
    ({ level, statuses }) => (level === 'ok') === (statuses.length === 0),
    'A computer at warning or critical names at least one status, and one that is ok names none.',
  )

export const TakeComputers = z.strictObject({
  company: Company,
  sequence: Sequence,
  computers: z
    .array(Computer)
    .max(mostListed)
    .refine(
      (all) => new Set(all.map(({ key }) => key)).size === all.length,
      'A computer is named twice: each key must stand once.',
    )
    .describe('all computers of the company; what it does not name is gone'),
})

const Change = z.union([
  z.strictObject({ sequence: Sequence, computer: Computer }),
  z.strictObject({ sequence: Sequence, removed: Key.describe('key of a computer that is gone') }),
])

export const TakeChanges = z.strictObject({ company: Company, changes: z.array(Change).min(1).max(mostItems) })

const HubEvent = z.strictObject({
  id: Key.describe('unique within its company; the same id again changes nothing'),
  product: z.enum(['endpoint-security-cloud', 'microsoft-365']),
  type: Key.describe('an event type of the catalogue, or the vendor’s own code'),
  name: Words.default('').describe('the vendor’s words for the type'),
  severity: Severity.optional().describe('default: the usual one of a type that the catalogue lists'),
  state: z
    .enum(['raised', 'resolved'])
    .optional()
    .describe('only for types that have an end (`hasEnd` in the catalogue); default raised'),
  computer: z.strictObject({ key: Key, name: Words.default('') }).optional(),
  text: Text.default(''),
  happenedAt: MomentInput,
})

export const TakeEvents = z.strictObject({ company: Company, events: z.array(HubEvent).min(1).max(mostItems) })

export const TakeMailboxes = z.strictObject({
  company: Company,
  protected: z.int().min(0).max(100_000_000),
  countedAt: MomentInput,
})

export const Taken = named('Taken', z.object({ taken: z.int().describe('items that are on disk now') }))

export const TakenInOrder = named(
  'TakenInOrder',
  z.object({
    taken: z.int().describe('items that are on disk now'),
    older: z
      .int()
      .describe(
        'how many of them are older than what is known, and will change nothing; those sent twice are not counted',
      ),
    below: z
      .int()
      .nullable()
      .describe('the sequence that they are below; null: none is. Send greater ones, or ask for it to be forgotten'),
    olderKeys: listOf(z.string()).describe('computers that they are about, the first twenty'),
  }),
)

export const SourceToken = named(
  'SourceToken',
  z.object({
    id: Id,
    sourceId: Id,
    name: z.string(),
    company: z.string().nullable().describe('null: for every company of the source'),
    kind: z.enum(['token', 'signature']),
    createdAt: Moment,
    endsAt: Moment.nullable().describe('from then on it is refused; null: it never ends'),
    lastUsedAt: Moment.nullable(),
    refusedAt: Moment.nullable().describe('when it was last used after its end; noted at most once an hour'),
  }),
)

export const CreateSourceToken = z.strictObject({
  name: Name,
  company: Key.nullable().default(null).describe('key of the only company it may send for; null: all'),
  kind: z
    .enum(['token', 'signature'])
    .default('token')
    .describe('token: sent as it is. signature: a key with which each request is signed'),
  endsAt: MomentInput.nullable().default(null).describe('from then on it is refused; null: it never ends'),
})

export const SourceTokenCreated = named(
  'SourceTokenCreated',
  z.object({ token: SourceToken, secret: z.string().describe('shown this once') }),
)

export const Inbox = named(
  'Inbox',
  z.object({
    at: Moment,
    waiting: z.int().describe('items that are taken and not settled yet'),
    mostWaiting: z.int(),
    oldestAt: Moment.nullable(),
    unsettled: z
      .object({ putOff: z.int().describe('tried again and again'), setAside: z.int().describe('by a person') })
      .describe('parcels that could not be settled; a parcel is what one company sent at once'),
    unread: listOf(UnreadGroup).describe(
      'messages that could not be read, or whose company is not known: the 50 groups in which something came last',
    ),
    unreadTotal: z
      .object({ unknown: UnreadTotal, illegible: UnreadTotal })
      .describe('all groups: of an unknown company, and those that could not be read'),
    unreadRoom: z
      .object({
        messages: z.int(),
        mostMessages: z.int(),
        bytes: z.int(),
        mostBytes: z.int(),
        fill: z.number().describe('of the whole, or of the group that is fullest; from 1 on senders are pushed back'),
      })
      .describe('what is taken by messages that stay until a person deals with them'),
    companies: listOf(
      z.object({
        tenantId: Id,
        key: z.string(),
        name: z.string(),
        mapped: z.boolean(),
        waiting: z.int(),
        computers: z.int(),
        events: z.int(),
        listNumber: z.int().nullable(),
        listedAt: Moment.nullable(),
        lateLists: z.int().describe('lists that came after a newer one, since the last that counted'),
        overtaken: z
          .int()
          .describe(
            'in all, messages about computers, lists and changes left out because something that came later was settled before them',
          ),
        late: z
          .object({ messages: z.int(), since: Moment, below: z.int() })
          .nullable()
          .describe('lists and changes that are left out since then because their sequence is below this one'),
        mailboxes: z.int().nullable(),
        mailboxesCountedAt: Moment.nullable(),
        heardAt: Moment,
      }),
    ),
    next: z.int().nullable().describe('`after` of the next companies; null at the end'),
  }),
)

export const InboxQuery = z.strictObject({
  after: IdText.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

export const UnsettledQuery = z.strictObject({
  setAside: Flag.optional().describe('true: those that a person set aside; default: those that are tried again'),
  after: IdText.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export const ParcelParams = z.strictObject({ id: IdText, parcelId: IdText })

const parcel = {
  id: Id,
  lane: z.enum(['computers', 'events']),
  company: z.string(),
  channel: z.string(),
  form: z.enum(['list', 'changes', 'statuses', 'events', 'mailboxes']),
  items: z.int(),
  receivedAt: Moment,
  failure: z.string().describe('why it could not be settled'),
  retryAt: Moment.nullable().describe('null: at once, or never while it is set aside'),
  behind: z.int().describe('items of the same company that wait behind it'),
  setAsideAt: Moment.nullable(),
  setAsideBy: z.string(),
  note: z.string(),
}

export const UnsettledParcel = named(
  'UnsettledParcel',
  z.object({
    ...parcel,
    body: z.object({
      text: z.string().describe('the beginning of what it holds, as JSON'),
      length: z.int().describe('of all of it, in characters'),
    }),
  }),
)

export const UnsettledList = named(
  'UnsettledList',
  z.object({
    items: listOf(z.object(parcel)),
    next: z.int().nullable().describe('`after` of the next ones; null at the end'),
  }),
)

export const SetUnsettledAside = z.strictObject({
  note: z.string().trim().max(500).default('').describe('why, for those who look later'),
})
