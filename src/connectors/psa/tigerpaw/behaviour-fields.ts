import { z } from 'zod'
import { timeoutField } from '../../psa-settings.ts'
import { isTimeZone } from './dates.ts'

/** Whatever the vendor documents nowhere is a setting here (tigerpaw-api.md 6 and 7), and so are our own limits. */

const behaviour = 'How this Tigerpaw behaves'
const limits = 'Limits'

export const behaviourFields = {
  timeZone: z
    .string()
    .trim()
    .refine((text) => text === '' || isTimeZone(text), 'must be a name such as America/Chicago or UTC, or empty')
    .default('')
    .meta({
      title: 'Time zone of Tigerpaw',
      help: 'Its dates carry no offset. Name the zone of its server, such as America/Chicago; while empty, no dates are sent, and those it shows are not used.',
      group: behaviour,
    }),
  dateHeader: z.enum(['X-TSI-Date', 'Date']).default('X-TSI-Date').meta({
    title: 'Date header',
    help: 'Header that carries the signed date. Some proxies rewrite Date, none X-TSI-Date.',
    group: behaviour,
  }),
  firstRow: z.int().min(0).max(1).default(1).meta({
    title: 'Number of the first row',
    help: 'Of a list that comes in pages: 1, or 0. When it is wrong, lists come short, and the failure says so.',
    group: behaviour,
  }),
  pageSize: z.int().min(1).max(1_000).default(100).meta({
    title: 'Rows of a page',
    help: 'Rows that are asked for at once. Tigerpaw may give fewer.',
    group: behaviour,
  }),
  titleLimit: z.int().min(20).max(1_000).default(100).meta({
    title: 'Longest brief description',
    help: 'Characters. A longer title is cut and stands whole at the head of the work requested.',
    group: behaviour,
  }),
  textLimit: z.int().min(500).max(100_000).default(8_000).meta({
    title: 'Longest text',
    help: 'Characters of work requested, work performed and notes.',
    group: behaviour,
  }),
  referenceLimit: z.int().min(33).max(255).default(50).meta({
    title: 'Longest reference',
    help: 'Characters of the field Reference. Tocsin needs 33 and checks after each creation that all of them stand there.',
    group: behaviour,
  }),
  resolutionTo: z.enum(['work performed', 'note']).default('work performed').meta({
    title: 'Write the resolution to',
    help: 'Work performed is written together with the closed status, below what stands there already; a note takes two more calls.',
    group: behaviour,
  }),
  noteTopic: z.string().trim().default('').meta({
    title: 'Topic of notes',
    help: "An entry of the master table of note topics; empty takes Tigerpaw's default.",
    group: behaviour,
  }),
  setDateTimeClosed: z.boolean().default(false).meta({
    title: 'Set the closing date',
    help: 'Switch on when Tigerpaw does not date an order by itself when its status closes it. Needs the time zone.',
    group: behaviour,
  }),
  completeOpenTasks: z.boolean().default(false).meta({
    title: 'Complete open tasks when closing',
    help: 'Switch on when orders with open tasks cannot be closed.',
    group: behaviour,
  }),
  readMergeWrite: z.boolean().default(false).meta({
    title: 'Send whole orders when changing them',
    help: 'Switch on when Tigerpaw empties the fields that an update does not name. Each change then reads the order first.',
    group: behaviour,
  }),
  moreStatuses: z.string().trim().default('').meta({
    title: 'More statuses',
    help: 'Names of service order statuses, separated by commas, for an API that tells only one of them.',
    group: behaviour,
  }),
  inactiveAccounts: z.string().trim().default('Inactive, Void, Voided').meta({
    title: 'Inactive account statuses',
    help: 'Accounts with one of these statuses, separated by commas, are not offered for mapping.',
    group: behaviour,
  }),
  externalProduct: z.string().trim().default('').meta({
    title: 'External product',
    help: 'Full name. Only accounts with a cross reference to it are offered for mapping, as billing needs one; empty offers all.',
    group: behaviour,
  }),
  probeVersion: z.boolean().default(true).meta({
    title: 'Ask for the version',
    help: 'The check also reads the version of database and API. Switch off when that fails.',
    group: behaviour,
  }),
}

export const limitFields = {
  timeoutSeconds: timeoutField('Tigerpaw'),
  threadsPerEndpoint: z.int().min(1).max(16).default(3).meta({
    title: 'Calls at once per kind',
    help: 'Tigerpaw documents no limit. Take less for a small server.',
    group: limits,
  }),
  requestsPerHour: z.int().min(0).max(1_000_000).default(6_000).meta({
    title: 'Calls per hour',
    help: 'Tigerpaw documents no limit; this one is ours, and decides how often open orders are looked at. 0 for none.',
    group: limits,
  }),
  searchLagSeconds: z.int().min(0).max(3_600).default(60).meta({
    title: 'Search lag in seconds',
    help: 'How long an order may stay invisible to a search after its creation was answered or given up. Until then no second attempt is made.',
    group: limits,
  }),
  changesEverySeconds: z.int().min(15).max(3_600).default(60).meta({
    title: 'Look for changes every (seconds)',
    help: 'Tigerpaw cannot tell what changed, so each time some of the open orders are read, in turn.',
    group: limits,
  }),
}
