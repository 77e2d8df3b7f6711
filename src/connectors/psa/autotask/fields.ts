import type { PsaField } from '../../psa.ts'

/** The settings of a rule and of all tickets, and the ticket fields of Autotask behind them. */

/** The only status that completes a ticket: a system value, whatever its label (autotask-api.md 5.5). */
export const completeStatus = '5'
/** System value of a new ticket (autotask-api.md 5.2). */
export const newStatus = '1'
/** System values for notes: "Task Notes", and the only visibility that keeps a note from the client portal. */
export const usualNoteType = '3'
export const internalPublish = '2'
export const mostDueHours = 8_760

/** Autotask's field for each of our keys that is written as a number. */
export const ticketFieldByKey: Readonly<Record<string, string>> = {
  queue: 'queueID',
  priority: 'priority',
  issueType: 'issueType',
  subIssueType: 'subIssueType',
  ticketCategory: 'ticketCategory',
  assignedResource: 'assignedResourceID',
  assignedRole: 'assignedResourceRoleID',
}

const choice = { kind: 'choice', required: false, main: false } as const

export const generalFields: readonly PsaField[] = [
  {
    ...choice,
    key: 'newStatus',
    title: 'Status of new tickets',
    help: 'Usually New. It must not be a status that completes a ticket.',
    required: true,
    main: true,
    default: { value: newStatus },
  },
  {
    ...choice,
    key: 'closedStatus',
    title: 'Status of closed tickets',
    help: 'Only Complete closes a ticket for Autotask (whatever your label for it). With another status Autotask goes on counting the ticket as open: no completion date, service level clocks run on.',
    required: true,
    main: true,
    default: { value: completeStatus },
  },
  {
    ...choice,
    key: 'source',
    title: 'Source',
    help: 'Where tickets say they come from; empty leaves it to the ticket category.',
    default: { label: 'Monitoring Alert' },
  },
  {
    ...choice,
    key: 'ticketType',
    title: 'Ticket type',
    help: 'Empty leaves it to the ticket category.',
    default: { label: 'Alert' },
  },
  {
    ...choice,
    key: 'noteType',
    title: 'Note type',
    help: 'Type of the notes that are added to tickets.',
    default: { value: usualNoteType },
  },
  {
    ...choice,
    key: 'notePublish',
    title: 'Notes are visible to',
    help: 'Beware: "All Autotask Users" shows notes to your client in the client portal too.',
    default: { value: internalPublish },
  },
]

export const ruleFields: readonly PsaField[] = [
  {
    ...choice,
    key: 'queue',
    title: 'Queue',
    help: 'Required, unless a resource and a role are chosen.',
    main: true,
    escalates: true,
    default: { label: 'Monitoring Alert' },
  },
  {
    ...choice,
    key: 'priority',
    title: 'Priority',
    help: '',
    required: true,
    main: true,
    escalates: true,
    starter: { critical: ['High', 'Critical', 'Urgent'], warning: ['Medium', 'Normal', 'Low'] },
  },
  {
    key: 'dueHours',
    title: 'Due in hours',
    help: 'Hours from the moment the ticket is sent until it is due.',
    kind: 'integer',
    required: true,
    main: true,
    minimum: 1,
    maximum: mostDueHours,
    default: { value: '24' },
  },
  { ...choice, key: 'issueType', title: 'Issue type', help: '' },
  {
    ...choice,
    key: 'subIssueType',
    title: 'Sub-issue type',
    help: 'The list follows the issue type.',
    dependsOn: 'issueType',
  },
  {
    ...choice,
    key: 'ticketCategory',
    title: 'Ticket category',
    help: 'A category may demand fields that Tocsin does not fill; Autotask then refuses the ticket and says which. Empty takes the default category.',
  },
  {
    ...choice,
    key: 'assignedResource',
    title: 'Assigned resource',
    help: 'Needs a role too. API users cannot be assigned.',
  },
  {
    ...choice,
    key: 'assignedRole',
    title: 'Role of the resource',
    help: 'The list follows the resource.',
    dependsOn: 'assignedResource',
  },
]
