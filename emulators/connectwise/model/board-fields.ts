// Boards with what belongs to one (connectwise-api.md 8).
import { entity } from './entity.ts'
import { field, fields, ref, text } from './field.ts'

const read = { access: 'read' } as const
const off = { initial: false } as const
const name = text('name', 50, { required: 'always' })
const id = field('integer', 'id', read)
const board = ref('board', 'Board')

/** Service boards. */
export const boardEntity = entity('Board', {
  label: 'board',
  title: 'Service Board',
  path: 'service/boards',
  inactive: 'inactiveFlag',
  fields: [
    id,
    name,
    ref('location', 'Location'),
    ref('department', 'Department'),
    ...fields('flag', 'inactiveFlag signOffTemplateFlag projectFlag', off),
    ref('autoCloseStatus', 'BoardStatus'),
    field('choice', 'billTime', { values: ['Billable', 'DoNotBill', 'NoCharge', 'NoDefault'], initial: 'NoDefault' }),
    ...fields('flag', 'sendToContactFlag sendToResourceFlag showDependenciesFlag', off),
  ],
})

/** Statuses of a board; one with `closedStatus` closes a ticket. */
export const statusEntity = entity('BoardStatus', {
  label: 'status',
  title: 'Service Status',
  path: 'service/boards/{board}/statuses',
  indexes: ['board'],
  inactive: 'inactive',
  fields: [
    id,
    name,
    board,
    field('integer', 'sortOrder', { initial: 0 }),
    field('flag', 'displayOnBoard', { initial: true }),
    ...fields('flag', 'inactive closedStatus timeEntryNotAllowed roundRobinCatchall defaultFlag', off),
    field('choice', 'escalationStatus', {
      values: ['NotResponded', 'Responded', 'ResolutionPlan', 'Resolved', 'NoEscalation'],
      initial: 'NotResponded',
    }),
    text('customerPortalDescription', 500),
    field('flag', 'customerPortalFlag', off),
  ],
})

/** Types of a board. */
export const typeEntity = entity('BoardType', {
  label: 'type',
  title: 'Service Type',
  path: 'service/boards/{board}/types',
  indexes: ['board'],
  inactive: 'inactiveFlag',
  fields: [
    id,
    name,
    field('choice', 'category', { values: ['Reactive', 'Proactive'], initial: 'Reactive' }),
    ...fields('flag', 'defaultFlag inactiveFlag requestForChangeFlag', off),
    board,
  ],
})

/** Subtypes of a board with the types they may stand under. */
export const subTypeEntity = entity('BoardSubType', {
  label: 'subType',
  title: 'Service SubType',
  path: 'service/boards/{board}/subtypes',
  indexes: ['board'],
  inactive: 'inactiveFlag',
  fields: [
    id,
    name,
    field('flag', 'inactiveFlag', off),
    field('integers', 'typeAssociationIds', { initial: [] }),
    board,
  ],
})

/** Items of a board. */
export const itemEntity = entity('BoardItem', {
  label: 'item',
  title: 'Service Item',
  path: 'service/boards/{board}/items',
  indexes: ['board'],
  inactive: 'inactiveFlag',
  fields: [id, name, field('flag', 'inactiveFlag', off), board],
})

/** Which type, subtype and item may stand together. */
export const associationEntity = entity('Association', {
  label: 'typeSubTypeItemAssociation',
  title: 'Association',
  path: 'service/boards/{board}/typeSubTypeItemAssociations',
  indexes: ['board'],
  fields: [id, ref('type', 'BoardType'), ref('subType', 'BoardSubType'), ref('item', 'BoardItem'), board],
})

/** Teams of a board. */
export const teamEntity = entity('BoardTeam', {
  label: 'team',
  title: 'Service Team',
  path: 'service/boards/{board}/teams',
  indexes: ['board'],
  fields: [
    id,
    text('name', 30),
    ref('teamLeader', 'Member'),
    field('integers', 'members', { initial: [] }),
    field('flag', 'defaultFlag', off),
    board,
  ],
})
