// The ticket, its notes and its devices (connectwise-api.md 7).
import { entity } from './entity.ts'
import { field, fields, ref, text } from './field.ts'

const level = { values: ['Low', 'Medium', 'High'], initial: 'Medium', required: 'put' } as const
const ofBoard = { ofBoard: true } as const
const read = { access: 'read' } as const
const write = { access: 'write' } as const
const off = { initial: false } as const
const billing = { values: ['Billable', 'DoNotBill', 'NoCharge', 'NoDefault'], initial: 'NoDefault' } as const
const method = { values: ['ActualRates', 'FixedFee', 'NotToExceed', 'OverrideRate'], initial: 'ActualRates' } as const

/** Tickets. */
export const ticketEntity = entity('Ticket', {
  label: 'ticket',
  title: 'Ticket',
  path: 'service/tickets',
  reference: ['summary'],
  nameOf: (row) => String(row.summary),
  indexes: ['externalXRef', 'company', 'parentTicketId'],
  isComplete: true,
  links: ['activities', 'scheduleentries', 'documents', 'configurations', 'tasks', 'notes', 'products', 'timeentries'],
  ignored: [
    'workRole workType country opportunity currency sla phase project wbsCode',
    'knowledgeBaseCategoryId knowledgeBaseSubCategoryId knowledgeBaseLinkId knowledgeBaseLinkType mobileGuid',
  ].flatMap((names) => names.split(' ')),
  fields: [
    field('integer', 'id', read),
    text('summary', 100, { required: 'always' }),
    field('choice', 'recordType', {
      values: ['ServiceTicket', 'ProjectTicket', 'ProjectIssue'],
      initial: 'ServiceTicket',
    }),
    ref('board', 'Board'),
    ref('status', 'BoardStatus', ofBoard),
    ref('company', 'Company', { required: 'always' }),
    ref('site', 'Site'),
    text('siteName', 50),
    text('addressLine1', 50),
    text('addressLine2', 50),
    text('city', 50),
    text('stateIdentifier', 50),
    text('zip', 12),
    ref('contact', 'Contact'),
    text('contactName', 62),
    text('contactPhoneNumber', 20),
    text('contactPhoneExtension', 15),
    text('contactEmailAddress', 250),
    ref('type', 'BoardType', ofBoard),
    ref('subType', 'BoardSubType', ofBoard),
    ref('item', 'BoardItem', ofBoard),
    ref('team', 'BoardTeam', ofBoard),
    ref('owner', 'Member'),
    ref('priority', 'Priority'),
    ref('serviceLocation', 'ServiceLocation'),
    ref('source', 'Source'),
    field('time', 'requiredDate'),
    field('decimal', 'budgetHours'),
    ref('agreement', 'Agreement'),
    text('agreementType', 100, read),
    field('choice', 'severity', level),
    field('choice', 'impact', level),
    text('externalXRef', 100),
    text('poNumber', 50),
    ...fields('flag', 'allowAllClientsPortalView customerUpdatedFlag', off),
    ...fields('flag', 'automaticEmailContactFlag automaticEmailResourceFlag automaticEmailCcFlag', off),
    text('automaticEmailCc', 1000),
    ...fields('text', 'initialDescription initialInternalAnalysis initialResolution initialDescriptionFrom', write),
    field('text', 'contactEmailLookup', write),
    ...fields('flag', 'processNotifications skipCallback', write),
    field('time', 'closedDate', read),
    field('text', 'closedBy', read),
    field('flag', 'closedFlag', { ...read, ...off }),
    field('decimal', 'actualHours', { ...read, initial: 0 }),
    field('flag', 'approved', { initial: true }),
    ...fields('decimal', 'estimatedExpenseCost estimatedExpenseRevenue estimatedProductCost', { initial: 0 }),
    ...fields('decimal', 'estimatedProductRevenue estimatedTimeCost estimatedTimeRevenue', { initial: 0 }),
    field('choice', 'billingMethod', method),
    ...fields('decimal', 'billingAmount hourlyRate'),
    field('choice', 'subBillingMethod', method),
    field('decimal', 'subBillingAmount'),
    ...fields('time', 'subDateAccepted dateResolved dateResplan dateResponded', read),
    ...fields('integer', 'resolveMinutes resPlanMinutes respondMinutes', { ...read, initial: 0 }),
    field('flag', 'isInSla', { ...read, ...off }),
    field('text', 'resources', read),
    field('integer', 'parentTicketId', read),
    ...fields('flag', 'hasChildTicket hasMergedChildTicketFlag', { ...read, ...off }),
    ...fields('choice', 'billTime billExpenses billProducts', billing),
    field('choice', 'predecessorType', { values: ['Ticket', 'Phase'] }),
    ...fields('integer', 'predecessorId lagDays duration'),
    ...fields('flag', 'predecessorClosedFlag lagNonworkingDaysFlag', off),
    field('time', 'estimatedStartDate'),
    ref('location', 'Location'),
    ref('department', 'Department'),
    field('text', 'slaStatus', read),
    field('flag', 'requestForChangeFlag', off),
    ref('mergedParentTicket', 'Ticket', read),
    field('texts', 'integratorTags', { filterable: false }),
    field('time', 'escalationStartDateUTC', read),
    ...fields('integer', 'escalationLevel minutesBeforeWaiting respondedSkippedMinutes', { ...read, initial: 0 }),
    ...fields('integer', 'resplanSkippedMinutes minutesWaiting', { ...read, initial: 0 }),
    ...fields('decimal', 'respondedHours resplanHours resolutionHours', { ...read, initial: 0 }),
    ...fields('text', 'respondedBy resplanBy resolvedBy', read),
    field('custom', 'customFields', { filterable: false, initial: [] }),
  ],
})

const placement = fields('flag', 'detailDescriptionFlag internalAnalysisFlag resolutionFlag issueFlag', off)

/** Notes as `.../notes` shows them. Records also hold `noteType` and `ticket`, for the other list. */
export const noteEntity = entity('ServiceNote', {
  label: 'serviceNote',
  title: 'Note',
  path: 'service/tickets/{ticketId}/notes',
  indexes: ['ticketId'],
  isComplete: true,
  ignored: ['sentimentScore'],
  fields: [
    field('integer', 'id', read),
    field('integer', 'ticketId', read),
    field('text', 'text', { required: 'always' }),
    ...placement,
    ref('member', 'Member'),
    ref('contact', 'Contact'),
    field('flag', 'customerUpdatedFlag', off),
    field('flag', 'processNotifications', write),
    field('time', 'dateCreated', read),
    field('text', 'createdBy', read),
    ...fields('flag', 'internalFlag externalFlag', off),
  ],
})

/** The same records as `.../allNotes` shows them; `noteType` cannot be filtered. */
export const anyNoteEntity = entity('ServiceNote', {
  label: 'serviceTicketNote',
  title: 'Note',
  path: 'service/tickets/{ticketId}/notes',
  fields: [
    field('integer', 'id', read),
    field('choice', 'noteType', { values: ['TicketNote', 'TimeEntryNote', 'MeetingNote'], filterable: false }),
    ref('ticket', 'Ticket'),
    field('text', 'text'),
    ...placement,
    ref('member', 'Member'),
    ref('contact', 'Contact'),
  ],
})

/** Which devices belong to which ticket; never shown as it is. */
export const ticketDeviceEntity = entity('TicketDevice', {
  label: 'configuration',
  title: 'Configuration',
  path: 'service/tickets/{ticket}/configurations',
  indexes: ['ticket', 'configuration'],
  fields: [field('integer', 'id'), ref('ticket', 'Ticket'), ref('configuration', 'Configuration')],
})
