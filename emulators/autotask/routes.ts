// Which paths are served, with which methods. Nothing here that Autotask does not publish (autotask-api.md 5.1, 7, 10, 11).

/** Records under another record. */
type ChildSpec = {
  path: string
  entity: string
  /** Field that holds the parent's id. */
  parentField: string
  collection: readonly string[]
  item: readonly string[]
}

/** One entity's paths. */
type ResourceSpec = {
  path: string
  entity: string
  isQueried: boolean
  collection: readonly string[]
  item: readonly string[]
  children: readonly ChildSpec[]
}

/** What a path means. */
export type Route = {
  /** First path segment as Autotask writes it: the thread limit counts by it. */
  segment: string
  entity: string
  methods: readonly string[]
  kind: 'collection' | 'item' | 'query' | 'count' | 'page' | 'information' | 'fields' | 'udfs' | 'threshold' | 'version'
  /** Of an item; null elsewhere. */
  id: number | null
  parent: { field: string; id: number } | null
  direction: 'next' | 'previous'
}

const readWrite = ['POST', 'PATCH', 'PUT']
const listWrite = ['GET', 'POST', 'PATCH', 'PUT']
const get = ['GET']
const getDelete = ['GET', 'DELETE']

function child(
  path: string,
  entity: string,
  parentField: string,
  collection: readonly string[],
  item: readonly string[] = get,
): ChildSpec {
  return { path, entity, parentField, collection, item }
}

function resource(path: string, entity: string, more: Partial<ResourceSpec> = {}): ResourceSpec {
  return { path, entity, isQueried: true, collection: [], item: get, children: [], ...more }
}

const resources: readonly ResourceSpec[] = [
  resource('Tickets', 'Ticket', {
    collection: readWrite,
    children: [child('Notes', 'TicketNote', 'ticketID', listWrite)],
  }),
  resource('TicketNotes', 'TicketNote'),
  resource('TicketHistory', 'TicketHistory'),
  resource('DeletedTicketLogs', 'DeletedTicketLog'),
  resource('TicketCategories', 'TicketCategory', {
    collection: ['PATCH', 'PUT'],
    children: [child('FieldDefaults', 'TicketCategoryFieldDefaults', 'ticketCategoryID', get)],
  }),
  resource('Companies', 'Company', {
    collection: readWrite,
    children: [
      child('Contacts', 'Contact', 'companyID', listWrite, getDelete),
      child('Locations', 'CompanyLocation', 'companyID', listWrite, getDelete),
    ],
  }),
  resource('CompanyLocations', 'CompanyLocation'),
  resource('Contacts', 'Contact'),
  resource('ConfigurationItems', 'ConfigurationItem', { collection: readWrite }),
  resource('Resources', 'Resource', {
    collection: ['PATCH', 'PUT'],
    children: [
      child('Roles', 'ResourceRole', 'resourceID', get),
      child('ServiceDeskRoles', 'ResourceServiceDeskRole', 'resourceID', listWrite),
    ],
  }),
  resource('ResourceRoles', 'ResourceRole'),
  resource('ResourceServiceDeskRoles', 'ResourceServiceDeskRole'),
  resource('Roles', 'Role', { collection: readWrite }),
  resource('BillingCodes', 'BillingCode'),
  resource('Contracts', 'Contract', {
    collection: readWrite,
    children: [
      child('Services', 'ContractService', 'contractID', listWrite),
      child('ServiceUnits', 'ContractServiceUnit', 'contractID', get),
      child('ServiceAdjustments', 'ContractServiceAdjustment', 'contractID', ['POST'], []),
    ],
  }),
  resource('ContractServices', 'ContractService'),
  resource('ContractServiceUnits', 'ContractServiceUnit'),
  resource('ContractServiceAdjustments', 'ContractServiceAdjustment', {
    isQueried: false,
    collection: ['POST'],
    item: [],
  }),
  resource('Services', 'Service', { collection: readWrite }),
  resource('TicketWebhooks', 'TicketWebhook', {
    collection: readWrite,
    item: getDelete,
    children: [
      child('Fields', 'TicketWebhookField', 'webhookID', listWrite, getDelete),
      child('ExcludedResources', 'TicketWebhookExcludedResource', 'webhookID', ['GET', 'POST'], getDelete),
    ],
  }),
  // Its metadata lists the field ids of a webhook as a picklist (autotask-api.md 10.2).
  resource('TicketWebhookFields', 'TicketWebhookField'),
  resource('TicketWebhookExcludedResources', 'TicketWebhookExcludedResource'),
  resource('WebhookEventErrorLogs', 'WebhookEventErrorLog', { item: getDelete }),
]

const byPath = new Map(resources.map((one) => [one.path.toLowerCase(), one]))
const informationKinds = { '': 'information', fields: 'fields', userdefinedfields: 'udfs' } as const

/** Finds the meaning of path segments (lower case, after the version), or undefined for a path that is not there. */
export function findRoute(segments: readonly string[]): Route | undefined {
  const [first = '', second, third, ...rest] = segments
  if (first === 'thresholdinformation' && second === undefined) return special('ThresholdInformation', 'threshold')
  if (first === 'version' && second === undefined) return special('Version', 'version')
  const spec = byPath.get(first)
  if (!spec) return undefined
  const base = { segment: spec.path, entity: spec.entity, id: null, parent: null, direction: 'next' } as const
  if (second === undefined) return found({ ...base, kind: 'collection', methods: spec.collection })
  if (second === 'query') {
    if (!spec.isQueried || rest.length > 0) return undefined
    const methods = ['GET', 'POST']
    if (third === undefined) return { ...base, kind: 'query', methods }
    if (third === 'count') return { ...base, kind: 'count', methods }
    return third === 'next' || third === 'previous' ? { ...base, kind: 'page', methods, direction: third } : undefined
  }
  if (second === 'entityinformation') return information(base, third, rest)
  const id = readId(second)
  if (id === null) return undefined
  if (third === undefined) return found({ ...base, kind: 'item', methods: spec.item, id })
  const below = spec.children.find((one) => one.path.toLowerCase() === third)
  if (!below) return undefined
  const [fourth, fifth, ...tooMany] = rest
  const childBase = { ...base, entity: below.entity, parent: { field: below.parentField, id } }
  if (fourth === undefined) return found({ ...childBase, kind: 'collection', methods: below.collection })
  if (fourth === 'entityinformation') return information(childBase, fifth, tooMany)
  const childId = readId(fourth)
  if (childId === null || fifth !== undefined) return undefined
  return found({ ...childBase, kind: 'item', methods: below.item, id: childId })
}

/** Every path and its methods, as the published description writes them. */
export function servedRoutes(): { path: string; methods: readonly string[] }[] {
  const all: { path: string; methods: readonly string[] }[] = [
    { path: '/VersionInformation', methods: get },
    { path: '/V1.0/ZoneInformation', methods: get },
    { path: '/V1.0/ThresholdInformation', methods: get },
    { path: '/V1.0/Version', methods: get },
  ]
  for (const spec of resources) {
    const top = `/V1.0/${spec.path}`
    all.push({ path: top, methods: spec.collection }, { path: `${top}/{id}`, methods: spec.item })
    if (spec.isQueried) {
      all.push(
        { path: `${top}/query`, methods: ['GET', 'POST'] },
        { path: `${top}/query/count`, methods: ['GET', 'POST'] },
      )
    }
    all.push(...informationPaths(top))
    for (const one of spec.children) {
      const below = `${top}/{parentId}/${one.path}`
      all.push({ path: below, methods: one.collection }, { path: `${below}/{id}`, methods: one.item })
      all.push(...informationPaths(below))
    }
  }
  return all.filter((route) => route.methods.length > 0)
}

function informationPaths(base: string): { path: string; methods: readonly string[] }[] {
  return ['', '/fields', '/userDefinedFields'].map((end) => ({ path: `${base}/entityInformation${end}`, methods: get }))
}

function information(base: Omit<Route, 'kind' | 'methods'>, name = '', rest: readonly string[]): Route | undefined {
  if (rest.length > 0 || !Object.hasOwn(informationKinds, name)) return undefined
  return { ...base, kind: informationKinds[name as keyof typeof informationKinds], methods: get }
}

function special(segment: string, kind: 'threshold' | 'version'): Route {
  return { segment, entity: '', methods: get, kind, id: null, parent: null, direction: 'next' }
}

function found(route: Route): Route | undefined {
  return route.methods.length > 0 ? route : undefined
}

function readId(text: string): number | null {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : null
}
