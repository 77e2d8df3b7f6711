// Companies and what belongs to one. Fields and flags: autotask-api.md 7, types: the published swagger.

/** A client; id 0 is the tenant's own company. */
export const companyFields = `
  id L ro
  companyName s100 R
  companyType h R P
  ownerResourceID i R >Resource
  phone s25 R
  isActive b
  companyNumber s50
  parentCompanyID i >Company
  territoryID i P
  marketSegmentID i P
  competitorID i P
  classification i P
  currencyID i
  taxRegionID i
  countryID i
  billToCompanyLocationID i >CompanyLocation
  invoiceTemplateID i
  quoteTemplateID i
  invoiceEmailMessageID i
  quoteEmailMessageID i
  invoiceMethod i P
  additionalAddressInformation s100
  address1 s128
  address2 s128
  city s30
  state s40
  postalCode s10
  webAddress s255
  fax s25
  alternatePhone1 s25
  alternatePhone2 s25
  taxID s50
  sicCode s32
  stockSymbol s10
  stockMarket s10
  assetValue n nq
  isTaxExempt b
  isEnabledForComanaged b
  invoiceNonContractItemsToParentCompany b
  createDate d ro
  lastActivityDate d ro
  lastTrackedModifiedDateTime d ro
  isClientPortalActive b ro
  isTaskFireActive b ro
  surveyCompanyRating n ro
  billToAdditionalAddressInformation s100 ro
  billingAddress1 s150 ro
  billingAddress2 s150 ro
  billToAddressToUse i ro P
  billToAttention s50 ro
  billToCity s50 ro
  billToCountryID i ro
  billToState s128 ro
  billToZipCode s50 ro
  createdByResourceID i ro >Resource
  impersonatorCreatorResourceID i ro >Resource
  apiVendorID i ro P
`

/** A person at a client; `isActive` is a number here. */
export const contactFields = `
  id L ro
  companyID i R >Company
  firstName s50 R
  lastName s50 R
  isActive i R
  middleInitial s50
  title s50
  emailAddress s254
  emailAddress2 s254
  emailAddress3 s254
  phone s25
  extension s10
  alternatePhone s32
  mobilePhone s25
  faxNumber s25
  externalID s50
  note s50
  roomNumber s50
  addressLine s128
  addressLine1 s128
  additionalAddressInformation s100
  city s32
  state s40
  zipCode s16
  countryID i
  companyLocationID i >CompanyLocation
  namePrefix i P
  nameSuffix i P
  facebookUrl s200
  linkedInUrl s200
  twitterUrl s200
  isOptedOutFromBulkEmail b
  receivesEmailNotifications b
  primaryContact b
  solicitationOptOut b
  surveyOptOut b
  bulkEmailOptOutTime d ro
  solicitationOptOutTime d ro
  createDate d ro
  lastActivityDate d ro
  lastModifiedDate d ro
  impersonatorCreatorResourceID i ro >Resource
  apiVendorID i ro P
`

/** An address of a client. */
export const companyLocationFields = `
  id L ro
  companyID i R io >Company
  name s100 R
  isActive b
  isPrimary b
  address1 s128
  address2 s128
  city s50
  state s25
  postalCode s50
  countryID i
  phone s25
  fax s25
  alternatePhone1 s25
  alternatePhone2 s25
  description s64
  isTaxExempt b
  overrideAccountTaxSettings b
  roundtripDistance c
  taxRegionID i
`

/** A device or other asset of a client; its company cannot change (autotask-api.md 7.2). */
export const configurationItemFields = `
  id L ro
  companyID i R io >Company
  productID i R >Product
  isActive b R
  referenceTitle s200
  referenceNumber s100
  serialNumber s100
  location s100
  notes s5000
  installDate d
  warrantyExpirationDate d
  contactID i >Contact
  contractID i >Contract
  serviceID i >Service
  serviceBundleID i >ServiceBundle
  contractServiceID i >ContractService
  contractServiceBundleID i >ContractServiceBundle
  configurationItemCategoryID i
  configurationItemType i P
  vendorID i >Company
  parentConfigurationItemID i >ConfigurationItem
  companyLocationID i >CompanyLocation
  serviceLevelAgreementID i P
  installedByContactID i >Contact
  installedByID i >Resource
  numberOfUsers n
  dailyCost n
  hourlyCost n
  monthlyCost n
  perUseCost n
  setupFee n
  sourceChargeID i
  sourceChargeType i P
  apiVendorID i ro P
  createDate d ro
  createdByPersonID i ro >Resource
  impersonatorCreatorResourceID i ro >Resource
  lastActivityPersonID i ro
  lastActivityPersonType i ro P
  lastModifiedTime d ro
  deviceNetworkingID s50 ro
  dattoAvailableKilobytes L ro
  dattoDeviceMemoryMegabytes L ro
  dattoDrivesErrors b ro
  dattoHostname s255 ro
  dattoInternalIP s255 ro
  dattoKernelVersionID i ro P
  dattoLastCheckInDateTime d ro
  dattoNICSpeedKilobitsPerSecond L ro
  dattoNumberOfAgents i ro
  dattoNumberOfDrives i ro
  dattoNumberOfVolumes i ro
  dattoOffsiteUsedBytes L ro
  dattoOSVersionID i ro P
  dattoPercentageUsed n ro
  dattoProtectedKilobytes L ro
  dattoRemoteIP s255 ro
  dattoSerialNumber s255 ro
  dattoUptimeSeconds L ro
  dattoUsedKilobytes L ro
  dattoZFSVersionID i ro P
  rmmDeviceAuditAntivirusStatusID i ro P
  rmmDeviceAuditArchitectureID i ro P
  rmmDeviceAuditBackupStatusID i ro P
  rmmDeviceAuditDescription s255 ro
  rmmDeviceAuditDeviceTypeID i ro P
  rmmDeviceAuditDisplayAdaptorID i ro P
  rmmDeviceAuditDomainID i ro P
  rmmDeviceAuditExternalIPAddress s255 ro
  rmmDeviceAuditHostname s255 ro
  rmmDeviceAuditIPAddress s255 ro
  rmmDeviceAuditLastUser s255 ro
  rmmDeviceAuditMacAddress s255 ro
  rmmDeviceAuditManufacturerID i ro P
  rmmDeviceAuditMemoryBytes L ro
  rmmDeviceAuditMissingPatchCount i ro
  rmmDeviceAuditMobileNetworkOperatorID i ro P
  rmmDeviceAuditMobileNumber s255 ro
  rmmDeviceAuditModelID i ro P
  rmmDeviceAuditMotherboardID i ro P
  rmmDeviceAuditOperatingSystem s255 ro
  rmmDeviceAuditPatchStatusID i ro P
  rmmDeviceAuditProcessorID i ro P
  rmmDeviceAuditServicePackID i ro P
  rmmDeviceAuditSNMPContact s255 ro
  rmmDeviceAuditSNMPLocation s255 ro
  rmmDeviceAuditSNMPName s255 ro
  rmmDeviceAuditSoftwareStatusID i ro P
  rmmDeviceAuditStorageBytes L ro
  rmmDeviceID L ro
  rmmDeviceUID s255 ro
  rmmOpenAlertCount i ro
`
