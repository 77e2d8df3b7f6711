// Ticket and what hangs on it. Fields: autotask-api.md 5.2 and 6; types: the published swagger.

/** All properties of a ticket but `userDefinedFields`. */
export const ticketFields = `
  id L ro
  companyID i R >Company
  priority i R P
  status i R P
  title s255 R
  dueDateTime d
  queueID i P
  assignedResourceID i >Resource
  assignedResourceRoleID i >Role
  description s8000
  resolution s32000 ''
  externalID s50 ''
  ticketNumber s50 ro
  ticketCategory i P
  ticketType i P
  issueType i P
  subIssueType i PissueType
  source i P
  contactID i >Contact
  companyLocationID i >CompanyLocation
  configurationItemID i >ConfigurationItem
  contractID i >Contract
  contractServiceID L >ContractService
  contractServiceBundleID L >ContractServiceBundle
  billingCodeID i >BillingCode
  serviceLevelAgreementID i P
  monitorID L
  monitorTypeID i P
  rmmAlertID s50 ro
  estimatedHours n
  purchaseOrderNumber s50 ''
  changeInfoField1 s8000 ''
  changeInfoField2 s8000 ''
  changeInfoField3 s8000 ''
  changeInfoField4 s8000 ''
  changeInfoField5 s8000 ''
  changeApprovalBoard i P
  changeApprovalStatus i P
  changeApprovalType i P
  rmaStatus i P
  rmaType i P
  problemTicketId i >Ticket
  opportunityID i >Opportunity
  projectID i >Project
  organizationalLevelAssociationID i >OrganizationalLevelAssociation
  createdByContactID i >Contact
  isAssignedToComanaged b
  isVisibleToComanaged b
  apiVendorID i ro P
  completedByResourceID i ro >Resource
  completedDate d ro
  createDate d ro
  creatorResourceID i ro >Resource
  creatorType i ro P nq
  currentServiceThermometerRating i ro
  previousServiceThermometerRating i ro
  serviceThermometerTemperature i ro
  firstResponseAssignedResourceID i ro >Resource
  firstResponseInitiatingResourceID i ro >Resource
  firstResponseDateTime d ro
  firstResponseDueDateTime d ro
  resolutionPlanDateTime d ro
  resolutionPlanDueDateTime d ro
  resolvedDateTime d ro
  resolvedDueDateTime d ro
  hoursToBeScheduled n ro
  impersonatorCreatorResourceID i ro >Resource
  lastActivityDate d ro
  lastActivityPersonType i ro P nq
  lastActivityResourceID i ro >Resource
  lastCustomerNotificationDateTime d ro
  lastCustomerVisibleActivityDateTime d ro
  lastTrackedModificationDateTime d ro
  serviceLevelAgreementHasBeenMet b ro
  serviceLevelAgreementPausedNextEventHours n ro
`

/** A note on a ticket; `title` may be demanded by the ticket's category (autotask-api.md 6). */
export const ticketNoteFields = `
  id L ro
  ticketID i R io >Ticket
  title s250
  description s32000 R
  noteType i R P
  publish i R P
  createDateTime d ro
  lastActivityDate d ro
  creatorResourceID i ro >Resource
  impersonatorCreatorResourceID i ro >Resource
  impersonatorUpdaterResourceID i ro >Resource
  createdByContactID i io >Contact
`

/** Read-only log of changes; `action` and `detail` are texts (autotask-api.md 5.1). */
export const ticketHistoryFields = `
  id L ro
  ticketID i ro >Ticket
  action s100 ro
  date d ro
  detail s8000 ro
  resourceID i ro >Resource
`

/** Read-only log of deleted tickets. */
export const deletedTicketLogFields = `
  id L ro
  ticketID i ro
  ticketNumber s50 ro
  ticketTitle s255 ro
  deletedByResourceID i ro >Resource
  deletedDateTime d ro
`

/** A ticket category; its rules (required fields, due date) are no part of the API. */
export const ticketCategoryFields = `
  id L ro
  name s30 R
  nickname s3
  displayColorRGB i P
  isActive b
  isApiOnly b ro
  isGlobalDefault b
`

/** What a category fills in when a new ticket leaves it out. */
export const ticketCategoryFieldDefaultsFields = `
  id L ro
  ticketCategoryID i R >TicketCategory
  title s255
  description s8000
  resolution s32000
  status i P
  priority i P
  queueID i P
  sourceID i P
  ticketTypeID i P
  issueTypeID i P
  subIssueTypeID i PissueTypeID
  serviceLevelAgreementID i P
  workTypeID i >BillingCode
  estimatedHours n
  purchaseOrderNumber s50
  organizationalLevelAssociationID i >OrganizationalLevelAssociation
`
