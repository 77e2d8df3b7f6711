// Agreements with their additions, and the catalogue (connectwise-api.md 10).
import { entity, textIn } from './entity.ts'
import { field, fields, ref, text } from './field.ts'

const read = { access: 'read' } as const
const off = { initial: false } as const
const id = field('integer', 'id', read)
const required = { required: 'always' } as const

export const agreementEntity = entity('Agreement', {
  label: 'agreement',
  title: 'Agreement',
  path: 'finance/agreements',
  indexes: ['company'],
  links: ['additions', 'adjustments', 'worktypes', 'workroles', 'sites'],
  fields: [
    id,
    text('name', 100, required),
    ref('type', 'AgreementType', required),
    ref('company', 'Company', required),
    ref('contact', 'Contact'),
    ...fields('time', 'startDate endDate'),
    ...fields('flag', 'noEndingDateFlag cancelledFlag', off),
    field('time', 'dateCancelled'),
    ref('billingCycle', 'BillingCycle'),
    field('choice', 'agreementStatus', { values: ['Active', 'Cancelled', 'Expired', 'Inactive'], initial: 'Active' }),
  ],
})

export const agreementTypeEntity = entity('AgreementType', {
  label: 'agreementType',
  title: 'Agreement Type',
  path: 'finance/agreements/types',
  link: 'type',
  fields: [id, text('name', 30)],
})

export const billingCycleEntity = entity('BillingCycle', {
  label: 'billingCycle',
  title: 'Billing Cycle',
  path: 'finance/billingCycles',
  fields: [id, text('name', 50)],
})

export const additionEntity = entity('Addition', {
  label: 'addition',
  title: 'Addition',
  path: 'finance/agreements/{agreementId}/additions',
  indexes: ['agreementId'],
  fields: [
    id,
    ref('product', 'CatalogItem', required),
    ...fields('decimal', 'quantity lessIncluded unitPrice unitCost', { initial: 0 }),
    field('choice', 'billCustomer', { values: ['Billable', 'DoNotBill', 'NoCharge'], required: 'always' }),
    ...fields('time', 'effectiveDate cancelledDate'),
    field('flag', 'taxableFlag', off),
    text('serialNumber', 50),
    text('invoiceDescription', 6000),
    field('text', 'description'),
    field('decimal', 'sequenceNumber', { initial: 0 }),
    text('invoiceGrouping', 50),
    ...fields('decimal', 'billedQuantity extPrice extCost margin', { ...read, initial: 0 }),
    field('integer', 'agreementId', read),
    field('custom', 'customFields', { initial: [], filterable: false }),
  ],
})

export const catalogEntity = entity('CatalogItem', {
  label: 'catalogItem',
  title: 'Product',
  path: 'procurement/catalog',
  reference: ['identifier'],
  nameOf: (row) => textIn(row, 'identifier'),
  indexes: ['identifier'],
  inactive: 'inactiveFlag',
  link: 'catalog',
  fields: [
    id,
    text('identifier', 60),
    text('description', 60),
    field('choice', 'productClass', {
      values: ['Agreement', 'Bundle', 'Inventory', 'NonInventory', 'Service'],
      initial: 'Agreement',
    }),
    ...fields('decimal', 'price cost', { initial: 0 }),
    field('flag', 'inactiveFlag', off),
  ],
})
