// entityInformation and what is below it (autotask-api.md 4).
import { type Answer, notFound, ok } from './answers.ts'
import type { Entity } from './model/entity.ts'
import { webhookFieldIds } from './model/webhook-fields.ts'
import type { Route } from './routes.ts'
import { servedRoutes } from './routes.ts'
import { picklistOf, type Store } from './store/store.ts'

/** Answers the metadata route of an entity. */
export function describeEntity(store: Store, entity: Entity, kind: Route['kind']): Answer {
  if (kind === 'information') return ok(JSON.stringify({ info: info(entity) }))
  if (kind === 'fields') return ok(JSON.stringify({ fields: fields(store, entity) }))
  // Entities without user-defined fields have no such route (autotask-api.md 8).
  return entity.udfs.length === 0 ? notFound : ok(JSON.stringify({ fields: udfs(entity) }))
}

function info(entity: Entity): object {
  const methods = methodsOf(entity)
  const access = (allowed: boolean): string => (allowed ? 'All' : 'None')
  const [canCreate, canDelete, canUpdate] = ['POST', 'DELETE', 'PATCH'].map((method) => methods.has(method))
  return {
    name: entity.name,
    canCreate,
    canDelete,
    canQuery: methods.has('GET'),
    canUpdate,
    userAccessForCreate: access(canCreate ?? false),
    userAccessForDelete: access(canDelete ?? false),
    userAccessForQuery: access(methods.has('GET')),
    userAccessForUpdate: access(canUpdate ?? false),
    hasUserDefinedFields: entity.udfs.length > 0,
    supportsWebhookCallouts: entity.sendsWebhooks,
  }
}

/** Methods on an entity's records, be it at the top or under a parent. */
function methodsOf(entity: Entity): Set<string> {
  const parents: Record<string, string> = {
    TicketNote: '/V1.0/Tickets/{parentId}/Notes',
    Contact: '/V1.0/Companies/{parentId}/Contacts',
    CompanyLocation: '/V1.0/Companies/{parentId}/Locations',
    ResourceServiceDeskRole: '/V1.0/Resources/{parentId}/ServiceDeskRoles',
    ContractService: '/V1.0/Contracts/{parentId}/Services',
    TicketWebhookField: '/V1.0/TicketWebhooks/{parentId}/Fields',
    TicketWebhookExcludedResource: '/V1.0/TicketWebhooks/{parentId}/ExcludedResources',
    TicketCategoryFieldDefaults: '/V1.0/TicketCategories/{parentId}/FieldDefaults',
  }
  const bases = [`/V1.0/${entity.route}`, parents[entity.name] ?? '']
  const routes = servedRoutes().filter(
    ({ path }) => bases.includes(path) || bases.includes(path.replace(/\/\{id\}$/, '')),
  )
  return new Set(routes.flatMap((route) => route.methods))
}

function fields(store: Store, entity: Entity): object[] {
  const webhookFields = new Set(Object.values(webhookFieldIds))
  return entity.fields.map((field) => ({
    name: field.name,
    dataType: field.dataType,
    length: field.length,
    isRequired: field.isRequired,
    isReadOnly: field.isReadOnly,
    isQueryable: field.isQueryable,
    isReference: field.reference !== '',
    referenceEntityType: field.reference,
    isPickList: field.isPickList,
    picklistValues: field.isPickList ? [...(picklistOf(store, entity.name, field.name)?.values() ?? [])] : null,
    picklistParentValueField: field.picklistParent,
    isSupportedWebhookField: entity.name === 'Ticket' && webhookFields.has(field.name),
  }))
}

function udfs(entity: Entity): object[] {
  return entity.udfs.map((udf) => ({
    name: udf.name,
    label: udf.name,
    type: udf.values ? 'string' : udf.dataType,
    length: udf.length,
    description: '',
    isRequired: false,
    isReadOnly: false,
    isQueryable: true,
    isReference: false,
    referenceEntityType: '',
    isPickList: udf.values !== null,
    picklistValues:
      udf.values?.map((value, index) => ({
        value,
        label: value,
        isDefaultValue: value === udf.defaultValue,
        sortOrder: index + 1,
        parentValue: '',
        isActive: true,
        isSystem: false,
      })) ?? null,
    picklistParentValueField: '',
    defaultValue: udf.defaultValue,
    isSupportedWebhookField: entity.sendsWebhooks,
  }))
}
