// Call-outs to a URL when a ticket or note changes. Fields and flags: autotask-api.md 10.2.
import { defineEntity, type Entity } from './entity.ts'

const webhookFields = `
  id L ro
  name s50 R
  webhookUrl s500 R
  deactivationUrl s500 R
  secretKey s64 R
  isActive b R
  sendThresholdExceededNotification b R
  notificationEmailAddress s150
  isReady b ro
  isSubscribedToCreateEvents b
  isSubscribedToUpdateEvents b
  isSubscribedToDeleteEvents b
  ownerResourceID i ro >Resource
  webhookGuid s100 ro
`

const webhookFieldFields = `
  id L ro
  webhookID i R io >TicketWebhook
  fieldID i R io P
  isSubscribedField b R
  isDisplayAlwaysField b R
`

const webhookExcludedResourceFields = `
  id L ro
  webhookID i R io >TicketWebhook
  resourceID i R io >Resource
`

const webhookEventErrorLogFields = `
  id L ro
  ticketWebhookID i ro
  createDateTime d ro
  errorMessage s8000 ro
  payload s32000 ro
  sequenceNumber i ro
`

/** Ticket webhooks, their rows, and the log of events that could not be delivered. */
export const webhookEntities: readonly Entity[] = [
  defineEntity('TicketWebhook', 'TicketWebhooks', webhookFields),
  defineEntity('TicketWebhookField', 'TicketWebhookFields', webhookFieldFields, { indexes: ['webhookID'] }),
  defineEntity('TicketWebhookExcludedResource', 'TicketWebhookExcludedResources', webhookExcludedResourceFields, {
    indexes: ['webhookID'],
  }),
  defineEntity('WebhookEventErrorLog', 'WebhookEventErrorLogs', webhookEventErrorLogFields),
]

/** Ids of ticket fields in webhook rows (autotask-api.md 10.2, live cache), by field name. */
export const webhookFieldIds: Readonly<Record<number, string>> = {
  1: 'companyID',
  2: 'title',
  3: 'contactID',
  4: 'description',
  5: 'status',
  6: 'priority',
  7: 'source',
  10: 'estimatedHours',
  11: 'assignedResourceID',
  12: 'dueDateTime',
  13: 'billingCodeID',
  14: 'queueID',
  16: 'contractID',
  17: 'assignedResourceRoleID',
  18: 'issueType',
  19: 'subIssueType',
  20: 'configurationItemID',
  21: 'ticketCategory',
  22: 'ticketType',
  23: 'companyLocationID',
  24: 'opportunityID',
  25: 'problemTicketId',
  26: 'projectID',
  28: 'purchaseOrderNumber',
  29: 'contractServiceBundleID',
  30: 'contractServiceID',
  31: 'externalID',
  32: 'changeApprovalBoard',
  33: 'changeApprovalStatus',
  34: 'changeApprovalType',
  35: 'changeInfoField1',
  36: 'changeInfoField2',
  37: 'changeInfoField3',
  38: 'changeInfoField4',
  39: 'changeInfoField5',
  40: 'completedByResourceID',
  41: 'completedDate',
  44: 'firstResponseDateTime',
  45: 'firstResponseDueDateTime',
  47: 'isAssignedToComanaged',
  48: 'isVisibleToComanaged',
  49: 'lastActivityDate',
  51: 'lastCustomerNotificationDateTime',
  52: 'lastTrackedModificationDateTime',
  53: 'monitorID',
  54: 'monitorTypeID',
  56: 'resolution',
  57: 'resolutionPlanDateTime',
  58: 'resolutionPlanDueDateTime',
  59: 'resolvedDateTime',
  60: 'resolvedDueDateTime',
  61: 'rmaStatus',
  62: 'rmaType',
  63: 'rmmAlertID',
  64: 'serviceLevelAgreementHasBeenMet',
  65: 'serviceLevelAgreementID',
  76: 'organizationalLevelAssociationID',
  85: 'ticketNumber',
  87: 'createDate',
  88: 'createdByContactID',
  89: 'creatorResourceID',
  90: 'hoursToBeScheduled',
  91: 'impersonatorCreatorResourceID',
  92: 'lastCustomerVisibleActivityDateTime',
}
