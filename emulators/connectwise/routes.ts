// The paths below the API root. A path is read without regard to case, a slash at its end is passed over.

import { tableEntities } from './model/entities.ts'
import type { Entity } from './model/entity.ts'
import { anyNoteEntity } from './model/ticket-fields.ts'

/** A list with its records. */
export type Collection = {
  /** Path, with `:id` where the parent's id stands. */
  path: string
  /** How records are shown. */
  entity: Entity
  /** Table that holds them. */
  table: string
  /** The table of the parent, and the field of a record that names it. */
  parent?: { table: string; field: string }
  /** `setup` can only be read with the rights that integrations have; `view` has no writes at all. */
  writes: 'full' | 'setup' | 'view'
}

/** What a path asks for. `ids` are the numbers in it, in order. */
export type Route = { ids: readonly number[] } & (
  | { kind: 'list' | 'item' | 'count' | 'search'; collection: Collection }
  | { kind: 'devices' | 'device' | 'deviceCount' | 'merge' }
)

const byName = new Map(tableEntities.map((entity) => [entity.name, entity]))

function collection(
  path: string,
  table: string,
  writes: Collection['writes'],
  parent?: Collection['parent'],
): Collection {
  const entity = byName.get(table)
  if (!entity) throw new Error(`the emulator has no table ${table}`)
  return { path, entity, table, writes, ...(parent && { parent }) }
}

const ofBoard = { table: 'Board', field: 'board' }
const ofTicket = { table: 'Ticket', field: 'ticketId' }

const collections: readonly Collection[] = [
  collection('service/tickets', 'Ticket', 'full'),
  collection('service/tickets/:id/notes', 'ServiceNote', 'full', ofTicket),
  { ...collection('service/tickets/:id/allnotes', 'ServiceNote', 'view', ofTicket), entity: anyNoteEntity },
  collection('service/boards', 'Board', 'setup'),
  collection('service/boards/:id/statuses', 'BoardStatus', 'setup', ofBoard),
  collection('service/boards/:id/types', 'BoardType', 'setup', ofBoard),
  collection('service/boards/:id/subtypes', 'BoardSubType', 'setup', ofBoard),
  collection('service/boards/:id/items', 'BoardItem', 'setup', ofBoard),
  collection('service/boards/:id/teams', 'BoardTeam', 'setup', ofBoard),
  collection('service/boards/:id/typesubtypeitemassociations', 'Association', 'view', ofBoard),
  collection('service/priorities', 'Priority', 'setup'),
  collection('service/sources', 'Source', 'setup'),
  collection('service/severities', 'Severity', 'setup'),
  collection('service/impacts', 'Impact', 'setup'),
  collection('service/locations', 'ServiceLocation', 'setup'),
  collection('system/members', 'Member', 'setup'),
  collection('system/locations', 'Location', 'setup'),
  collection('system/departments', 'Department', 'setup'),
  collection('system/callbacks', 'CallbackEntry', 'full'),
  collection('system/userdefinedfields', 'CustomField', 'setup'),
  collection('company/companies', 'Company', 'full'),
  collection('company/companies/statuses', 'CompanyStatus', 'setup'),
  collection('company/companies/types', 'CompanyType', 'setup'),
  collection('company/companies/:id/sites', 'Site', 'full', { table: 'Company', field: 'company' }),
  collection('company/contacts', 'Contact', 'full'),
  collection('company/contacts/types', 'ContactType', 'setup'),
  collection('company/configurations', 'Configuration', 'full'),
  collection('company/configurations/types', 'ConfigurationType', 'setup'),
  collection('company/configurations/statuses', 'ConfigurationStatus', 'setup'),
  collection('finance/agreements', 'Agreement', 'full'),
  collection('finance/agreements/types', 'AgreementType', 'setup'),
  collection('finance/agreements/:id/additions', 'Addition', 'full', { table: 'Agreement', field: 'agreementId' }),
  collection('procurement/catalog', 'CatalogItem', 'full'),
]

type Pattern = Route extends infer Each ? (Each extends Route ? Omit<Each, 'ids'> : never) : never

const patterns = new Map<string, Pattern>([
  ['service/tickets/:id/merge', { kind: 'merge' }],
  ['service/tickets/:id/configurations', { kind: 'devices' }],
  ['service/tickets/:id/configurations/count', { kind: 'deviceCount' }],
  ['service/tickets/:id/configurations/:id', { kind: 'device' }],
])
for (const one of collections) {
  patterns.set(one.path, { kind: 'list', collection: one })
  patterns.set(`${one.path}/:id`, { kind: 'item', collection: one })
  patterns.set(`${one.path}/count`, { kind: 'count', collection: one })
  if (!one.parent) patterns.set(`${one.path}/search`, { kind: 'search', collection: one })
}

/** What a path below the API root asks for; undefined when there is no such path. */
export function findRoute(path: string): Route | undefined {
  const ids: number[] = []
  const pattern = path
    .toLowerCase()
    .replace(/\/$/, '')
    .split('/')
    .map((segment) => {
      if (!/^\d{1,10}$/.test(segment)) return segment
      ids.push(Number(segment))
      return ':id'
    })
    .join('/')
  const found = patterns.get(pattern)
  return found && { ...found, ids }
}
