// Set-up tables that belong to no board, and the members (connectwise-api.md 8).
import { type Entity, entity, textIn } from './entity.ts'
import { type Field, field, fields, text } from './field.ts'

const read = { access: 'read' } as const
const off = { initial: false } as const
const id = field('integer', 'id', read)

function setup(name: string, label: string, title: string, path: string, ...more: Field[]): Entity {
  return entity(name, { label, title, path, fields: [id, text('name', 50, { required: 'always' }), ...more] })
}

const isDefault = field('flag', 'defaultFlag', off)

export const priorityEntity = setup(
  'Priority',
  'priority',
  'Priority',
  'service/priorities',
  text('color', 50),
  field('integer', 'sortOrder', { initial: 0 }),
  isDefault,
)
export const sourceEntity = setup('Source', 'source', 'Source', 'service/sources', isDefault)
export const severityEntity = setup('Severity', 'severity', 'Severity', 'service/severities', isDefault)
export const impactEntity = setup('Impact', 'impact', 'Impact', 'service/impacts', isDefault)
export const serviceLocationEntity = setup(
  'ServiceLocation',
  'serviceLocation',
  'Service Location',
  'service/locations',
  isDefault,
)
export const locationEntity = setup('Location', 'location', 'Location', 'system/locations')

export const departmentEntity = entity('Department', {
  label: 'department',
  title: 'Department',
  path: 'system/departments',
  reference: ['identifier', 'name'],
  fields: [id, text('identifier', 50), text('name', 50)],
})

/** People at the desk and API members. */
export const memberEntity = entity('Member', {
  label: 'member',
  title: 'Member',
  path: 'system/members',
  reference: ['identifier', 'name'],
  nameOf: (row) => `${textIn(row, 'firstName')} ${textIn(row, 'lastName')}`,
  inactive: 'inactiveFlag',
  fields: [
    id,
    text('identifier', 15),
    text('firstName', 30),
    text('lastName', 30),
    text('title', 50),
    text('officeEmail', 250),
    field('flag', 'inactiveFlag', off),
    field('choice', 'licenseClass', { values: ['A', 'C', 'F', 'X'], initial: 'F' }),
    ...fields('flag', 'disableOnlineFlag adminFlag', off),
  ],
})

/** Captions and types of the tenant's own ticket fields. */
export const customFieldEntity = entity('CustomField', {
  label: 'userDefinedField',
  title: 'Custom Field',
  path: 'system/userDefinedFields',
  fields: [
    id,
    text('caption', 25),
    field('choice', 'fieldTypeIdentifier', { values: ['Text', 'Number', 'Checkbox', 'Date'], initial: 'Text' }),
    field('integer', 'numberDecimals', { initial: 0 }),
  ],
})
