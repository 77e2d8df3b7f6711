// Recurring contracts and their unit counts. Fields and flags: autotask-api.md 11, types: the published swagger.
import { defineEntity, type Entity } from './entity.ts'

const contractFields = `
  id L ro
  companyID i R io >Company
  contractName s100 R
  contractType i R P io
  startDate d R
  endDate d R
  status i R P
  timeReportingRequiresStartAndStopTimes i R P
  contractNumber s50
  contractPeriodType i P io
  contractCategory i P
  contactID i >Contact
  contactName s250
  description s2000
  setupFee n
  setupFeeBillingCodeID L >BillingCode
  isDefaultContract b
  isCompliant b ro
  billingPreference i P
  billToCompanyID i >Company
  billToCompanyContactID i >Contact
  contractExclusionSetID i
  estimatedCost n
  estimatedHours n
  estimatedRevenue n
  exclusionContractID L ro >Contract
  internalCurrencyOverageBillingRate n ro
  internalCurrencySetupFee n ro
  opportunityID i >Opportunity
  organizationalLevelAssociationID i
  overageBillingRate n
  purchaseOrderNumber s50
  renewedContractID L >Contract
  serviceLevelAgreementID i P
`

const contractServiceFields = `
  id L ro
  contractID i R io >Contract
  serviceID i R io >Service
  unitPrice n ro
  unitCost n
  internalCurrencyUnitPrice n ro
  internalCurrencyAdjustedPrice n ro
  internalDescription s100
  invoiceDescription s1000
  quoteItemID L
`

const contractServiceUnitFields = `
  id L ro
  contractID i R ro >Contract
  serviceID i R ro >Service
  contractServiceID L ro >ContractService
  startDate d R ro
  endDate d R ro
  units i R ro
  price n ro
  cost n ro
  internalCurrencyPrice n ro
  approveAndPostDate d ro
  vendorCompanyID i ro
  organizationalLevelAssociationID i ro
`

const contractServiceAdjustmentFields = `
  id L ro
  effectiveDate d R
  contractID i >Contract
  serviceID i >Service
  contractServiceID L >ContractService
  unitChange i
  adjustedUnitPrice n
  adjustedUnitCost n
  allowRepeatService b
  quoteItemID L
`

const serviceFields = `
  id L ro
  name s100 R
  billingCodeID i R >BillingCode
  periodType i R P
  unitPrice n R
  description s400
  unitCost n
  isActive b
  invoiceDescription s1000
  sku s100
  vendorCompanyID i >Company
  serviceLevelAgreementID L P
  markupRate n ro
  createDate d ro
  lastModifiedDate d ro
  creatorResourceID i ro >Resource
  updateResourceID i ro >Resource
`

/** Contracts, services on them, and their units. */
export const contractEntities: readonly Entity[] = [
  defineEntity('Contract', 'Contracts', contractFields, { indexes: ['companyID', 'contractNumber'] }),
  defineEntity('ContractService', 'ContractServices', contractServiceFields, { indexes: ['contractID'] }),
  defineEntity('ContractServiceUnit', 'ContractServiceUnits', contractServiceUnitFields, {
    indexes: ['contractID', 'contractServiceID'],
  }),
  defineEntity('ContractServiceAdjustment', 'ContractServiceAdjustments', contractServiceAdjustmentFields, {
    indexes: ['contractServiceID'],
  }),
  defineEntity('Service', 'Services', serviceFields, { indexes: ['sku'] }),
]
