// Clients, their people and devices (connectwise-api.md 9).
import { entity, textIn } from './entity.ts'
import { field, fields, ref, text } from './field.ts'

const read = { access: 'read' } as const
const off = { initial: false } as const
const id = field('integer', 'id', read)
const required = { required: 'always' } as const
const address = [
  text('addressLine1', 50),
  text('addressLine2', 50),
  text('city', 50),
  text('state', 50),
  text('zip', 12),
]

export const companyEntity = entity('Company', {
  label: 'company',
  title: 'Company',
  path: 'company/companies',
  reference: ['identifier', 'name'],
  indexes: ['identifier', 'name'],
  inactive: 'deletedFlag',
  links: ['contacts', 'agreements', 'tickets', 'configurations', 'sites'],
  fields: [
    id,
    text('identifier', 25, required),
    text('name', 50, required),
    ref('status', 'CompanyStatus'),
    field('refs', 'types', { to: 'CompanyType', initial: [], filterable: false }),
    ...address,
    text('phoneNumber', 30),
    text('faxNumber', 30),
    text('website', 255),
    text('accountNumber', 100),
    ref('site', 'Site'),
    ref('defaultContact', 'Contact'),
    ...fields('flag', 'leadFlag unsubscribeFlag', off),
    ...Array.from({ length: 10 }, (_, n) => text(`userDefinedField${n + 1}`, 50)),
    text('vendorIdentifier', 100),
    text('taxIdentifier', 50),
    field('flag', 'deletedFlag', off),
    field('time', 'dateDeleted', read),
    field('text', 'deletedBy', read),
    field('custom', 'customFields', { initial: [], filterable: false }),
  ],
})

export const companyStatusEntity = entity('CompanyStatus', {
  label: 'companyStatus',
  title: 'Company Status',
  path: 'company/companies/statuses',
  fields: [id, text('name', 50), ...fields('flag', 'defaultFlag inactiveFlag notifyFlag disallowSavingFlag', off)],
})

export const companyTypeEntity = entity('CompanyType', {
  label: 'companyType',
  title: 'Company Type',
  path: 'company/companies/types',
  fields: [id, text('name', 50), ...fields('flag', 'defaultFlag vendorFlag', off)],
})

export const siteEntity = entity('Site', {
  label: 'site',
  title: 'Site',
  path: 'company/companies/{company}/sites',
  indexes: ['company'],
  inactive: 'inactiveFlag',
  fields: [
    id,
    text('name', 50, required),
    ...address,
    text('phoneNumber', 15),
    ...fields('flag', 'primaryAddressFlag inactiveFlag', off),
    ref('company', 'Company'),
  ],
})

export const contactEntity = entity('Contact', {
  label: 'contact',
  title: 'Contact',
  path: 'company/contacts',
  nameOf: (row) => [textIn(row, 'firstName'), textIn(row, 'lastName')].filter((part) => part !== '').join(' '),
  indexes: ['company'],
  fields: [
    id,
    text('firstName', 30, required),
    text('lastName', 30),
    field('refs', 'types', { to: 'ContactType', initial: [], filterable: false }),
    ref('company', 'Company'),
    ref('site', 'Site'),
    ...fields('flag', 'inactiveFlag marriedFlag childrenFlag disablePortalLoginFlag unsubscribeFlag', off),
    text('title', 100),
    text('defaultPhoneNbr', 30, read),
    field('flag', 'defaultFlag', off),
    field('parts', 'communicationItems', {
      parts: ['id', 'type', 'value', 'extension', 'defaultFlag', 'domain', 'communicationType'],
      initial: [],
      filterable: false,
    }),
  ],
})

export const contactTypeEntity = entity('ContactType', {
  label: 'contactType',
  title: 'Contact Type',
  path: 'company/contacts/types',
  fields: [id, text('name', 50), field('flag', 'defaultFlag', off)],
})

export const configurationEntity = entity('Configuration', {
  label: 'configuration',
  title: 'Configuration',
  path: 'company/configurations',
  reference: ['deviceIdentifier', 'name'],
  indexes: ['company', 'deviceIdentifier'],
  fields: [
    id,
    text('name', 100, required),
    ref('type', 'ConfigurationType', required),
    ref('status', 'ConfigurationStatus'),
    ref('company', 'Company', required),
    ref('contact', 'Contact'),
    ref('site', 'Site'),
    text('deviceIdentifier', 100),
    text('serialNumber', 250),
    text('modelNumber', 250),
    text('tagNumber', 50),
    field('time', 'installationDate'),
    text('macAddress', 25),
    text('lastLoginName', 100),
    text('ipAddress', 50),
    text('defaultGateway', 50),
    text('osType', 250),
    text('osInfo', 250),
    field('text', 'notes'),
    text('managementLink', 1000),
    field('flag', 'activeFlag', { initial: true }),
  ],
})

/** A device as a ticket's list shows it. */
export const deviceReferenceEntity = entity('Configuration', {
  label: 'configuration',
  title: 'Configuration',
  path: 'company/configurations',
  fields: [id, text('deviceIdentifier', 100), text('name', 100)],
})

export const configurationTypeEntity = entity('ConfigurationType', {
  label: 'configurationType',
  title: 'Configuration Type',
  path: 'company/configurations/types',
  inactive: 'inactiveFlag',
  fields: [id, text('name', 50), field('flag', 'inactiveFlag', off)],
})

export const configurationStatusEntity = entity('ConfigurationStatus', {
  label: 'configurationStatus',
  title: 'Configuration Status',
  path: 'company/configurations/statuses',
  reference: ['description', 'name'],
  nameOf: (row) => textIn(row, 'description'),
  fields: [id, text('description', 50), ...fields('flag', 'closedFlag defaultFlag', off)],
})
