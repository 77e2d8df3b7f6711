// People of the provider, their roles, and work types. Fields: the published swagger and autotask-api.md 7.3.

/** A technician or an API user (`userType` tells). */
export const resourceFields = `
  id L ro
  firstName s50 R
  lastName s50 R
  userName s32 R nq
  email s254 R
  isActive b
  userType i P
  resourceType s15 ro
  licenseType i R P
  locationID i R
  payrollType i P nq
  title s50
  initials s32
  middleName s50
  greeting i P
  suffix i P
  gender s1
  email2 s254
  email3 s254
  emailTypeCode s20
  emailTypeCode2 s20
  emailTypeCode3 s20
  homePhone s25
  mobilePhone s25
  officePhone s25
  officeExtension s10
  dateFormat s20
  timeFormat s20
  numberFormat s20
  hireDate d
  accountingReferenceID s100
  internalCost c nq
  travelAvailabilityPct s15
  surveyResourceRating n ro
  defaultServiceDeskRoleID L ro >Role
`

/** A role, for example engineer. */
export const roleFields = `
  id L ro
  name s200 R
  hourlyFactor c R
  hourlyRate c R
  isActive b R
  description s200
  isExcludedFromNewContracts b
  isSystemRole b ro
  quoteItemDefaultTaxCategoryId i
  roleType i P
`

/** Which resource holds which role, in a queue or a department. */
export const resourceRoleFields = `
  id L ro
  resourceID i ro >Resource
  roleID i ro >Role
  queueID i ro P
  departmentID i ro
  isActive b ro
`

/** Which resource holds which role on the service desk. */
export const resourceServiceDeskRoleFields = `
  id L ro
  resourceID i R io >Resource
  roleID i R io >Role
  isActive b R
  isDefault b
`

/** A billing code; those with `useType` 1 are work types for tickets. */
export const billingCodeFields = `
  id L ro
  name s200 ro
  description s500 ro
  useType i ro P
  billingCodeType i ro P
  isActive b ro
  department i ro P
  externalNumber s100 ro
  generalLedgerAccount i ro P
  isExcludedFromNewContracts b ro
  markupRate c ro
  taxCategoryID i ro
  afterHoursWorkType i ro >BillingCode
  unitCost c ro
  unitPrice c ro
`
