import { z } from 'zod'
import { FieldValues, Id, listOf, Moment, MomentInput, Name, named, Severity } from './common.ts'

const fieldKinds = ['text', 'integer', 'number', 'boolean', 'choice'] as const

const SettingsField = named(
  'SettingsField',
  z.object({
    key: z.string(),
    title: z.string(),
    help: z.string(),
    group: z.string(),
    kind: z.enum(fieldKinds),
    secret: z.boolean().describe('written and never read'),
    multiline: z.boolean(),
    place: z
      .boolean()
      .describe('Says where secrets are sent to: when it changes, every secret that is set must be given again.'),
    required: z.boolean(),
    default: z.union([z.string(), z.number(), z.boolean()]).nullable(),
    choices: listOf(z.string()),
    titles: z.record(z.string(), z.string()).describe('words for choices that do not speak for themselves'),
    when: z
      .object({ key: z.string(), value: z.string() })
      .nullable()
      .describe('only of use while another field has this value'),
    minimum: z.number().nullable(),
    maximum: z.number().nullable(),
  }),
)

const PsaField = named(
  'PsaField',
  z.object({
    key: z.string(),
    title: z.string(),
    help: z.string(),
    kind: z.enum(['choice', 'integer', 'text']),
    required: z.boolean(),
    main: z.boolean().describe('shown in the table itself'),
    dependsOn: z.string().optional().describe('key of the field whose value narrows the list'),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    default: z.union([z.object({ value: z.string() }), z.object({ label: z.string() })]).optional(),
    escalates: z.boolean().optional().describe('rewritten when the level rises'),
  }),
)

const Catalogue = named(
  'Catalogue',
  z.object({
    products: listOf(
      z.object({
        key: z.string(),
        title: z.string(),
        hasSeverities: z.boolean().describe('the rows of severities are its'),
      }),
    )
      .optional()
      .describe('products whose ticketing is set up each by itself; absent: there is one'),
    statuses: listOf(
      z.object({
        key: z.string(),
        title: z.string(),
        levels: listOf(z.enum(['warning', 'critical'])),
        advice: z.string(),
        product: z.string().optional(),
      }),
    ),
    severities: listOf(z.object({ severity: Severity, title: z.string() })),
    eventTypes: listOf(
      z.object({
        key: z.string(),
        title: z.string(),
        usualSeverity: Severity,
        advice: z.string(),
        product: z.string().optional(),
        hasEnd: z.boolean().optional().describe('it holds until it is resolved, and its ticket closes then'),
      }),
    ),
  }),
)

export const ConnectorList = named(
  'ConnectorList',
  z.object({
    sources: listOf(
      z.object({
        id: z.string(),
        name: z.string(),
        pushed: z.boolean().describe('it sends by itself and is never asked: see the tag Hub'),
        settings: listOf(SettingsField),
        catalogue: Catalogue,
      }),
    ),
    psas: listOf(
      z.object({
        id: z.string(),
        name: z.string(),
        terms: z.object({
          ticket: z.string(),
          tickets: z.string(),
          account: z.string(),
          accounts: z.string(),
          ticketing: z.string(),
        }),
        settings: listOf(SettingsField),
        generalFields: listOf(PsaField),
        ruleFields: listOf(PsaField),
      }),
    ),
    templates: z.object({
      fields: listOf(z.object({ key: z.string(), help: z.string() })),
      title: z.string().describe('the default template'),
      description: z.string().describe('the default template'),
    }),
  }),
)

export const Connection = named(
  'Connection',
  z.object({
    id: Id,
    connector: z.string(),
    name: z.string(),
    settings: z.record(z.string(), z.unknown()).describe('without secrets'),
    secretsSet: listOf(z.string()).describe('names of the secrets that are stored; they are never answered'),
    createdAt: Moment,
    updatedAt: Moment,
  }),
)

export const CheckReport = named(
  'CheckReport',
  z.object({
    facts: listOf(z.object({ title: z.string(), value: z.string() })),
    problems: listOf(z.object({ title: z.string(), advice: z.string() })),
  }),
)

export const SavedConnection = named(
  'SavedConnection',
  z.object({ connection: Connection, report: CheckReport.nullable() }),
)

const SettingsInput = z
  .record(z.string(), z.union([z.string().max(100_000), z.number(), z.boolean(), z.null()]))
  .describe('by key; the keys are those of the connector')

const Check = z.boolean().default(true).describe('false saves without trying the connection')

export const CreateConnection = z.strictObject({
  connector: z.string(),
  name: Name,
  settings: SettingsInput,
  check: Check,
})

export const UpdateConnection = z.strictObject({
  name: Name.optional(),
  settings: SettingsInput.optional().describe(
    'what is absent stays; null keeps a secret, and sets any other field to its default',
  ),
  check: Check,
})

export const CheckConnection = z.strictObject({
  id: Id.optional().describe('a stored connection, with `settings` laid over its own'),
  connector: z.string().optional(),
  settings: SettingsInput.optional(),
})

export const Account = named(
  'Account',
  z.object({
    id: z.string(),
    name: z.string(),
    number: z.string(),
    active: z.boolean(),
    tenants: listOf(z.object({ id: Id, name: z.string(), integrationId: Id })).describe('mapped to this account'),
  }),
)

export const DeskOptions = named(
  'DeskOptions',
  z.object({
    readAt: Moment.nullable(),
    generalFields: listOf(PsaField),
    ruleFields: listOf(PsaField),
    choices: z.record(
      z.string(),
      listOf(
        z.object({
          value: z.string(),
          label: z.string(),
          active: z.boolean(),
          parent: z
            .string()
            .optional()
            .describe('value of the field named in `dependsOn` under which it may be chosen'),
        }),
      ),
    ),
  }),
)

export const FieldProblem = z.object({ field: z.string(), message: z.string() })

export const Integration = named(
  'Integration',
  z.object({
    id: Id,
    name: z.string(),
    sourceId: Id,
    sourceName: z.string(),
    sourceConnector: z.string(),
    psaId: Id,
    psaName: z.string(),
    psaConnector: z.string(),
    general: FieldValues,
    titleTemplate: z.string(),
    descriptionTemplate: z.string(),
    repeats: z.enum(['note', 'ticket']).describe('a repeat of an event: a note on its open ticket, or a ticket each'),
    repeatNoteMinutes: z.int(),
    pausedUntil: Moment.nullable().describe('a pause that ended stands here until somebody ends it by hand'),
    pausedBy: z.string().nullable(),
    pauseNote: z.string().describe('why it is paused'),
    rulesVersion: z.int(),
    mappedTenants: z.int(),
    openTickets: z.int(),
    problems: listOf(FieldProblem).describe('what of the general settings no longer fits the desk'),
    createdAt: Moment,
    updatedAt: Moment,
  }),
)

const Template = z.string().max(20_000)

const integrationFields = {
  general: FieldValues.optional().describe('by key; what is absent stays, an empty text clears'),
  titleTemplate: Template.optional(),
  descriptionTemplate: Template.optional(),
  repeats: z.enum(['note', 'ticket']).optional(),
  repeatNoteMinutes: z.int().min(0).max(10_080).optional().describe('least time between two notes about repeats'),
  pausedUntil: MomentInput.nullable().optional().describe('no new tickets before; closing goes on. null ends a pause'),
}

export const CreateIntegration = z.strictObject({ name: Name, sourceId: Id, psaId: Id, ...integrationFields })
export const UpdateIntegration = z.strictObject({
  name: Name.optional(),
  ...integrationFields,
  generalSeen: FieldValues.optional().describe(
    'the general fields as they were read: when one that is to be changed is another by now, nothing is saved',
  ),
})

export const PauseIntegration = z.strictObject({
  until: MomentInput.nullable().describe(
    'no new tickets before; closing goes on. null ends the pause, or takes note of its end',
  ),
  note: z.string().max(500).optional().describe('why'),
})

export const PreviewTicketText = z.strictObject({
  integrationId: Id,
  titleTemplate: Template.optional(),
  descriptionTemplate: Template.optional(),
  statusKey: z.string().max(200).optional(),
  eventType: z.string().max(200).optional(),
  level: z.enum(['warning', 'critical']).optional(),
})

export const TicketTextPreview = named(
  'TicketTextPreview',
  z.object({ title: z.string(), titleIsCut: z.boolean(), longestTitle: z.int(), description: z.string() }),
)
