import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tableEntities, ticketEntity, ticketHistoryEntity } from './model/entities.ts'
import { servedRoutes } from './routes.ts'
import { startDesk, type TestDesk } from './test-desk.ts'

const published = JSON.parse(
  readFileSync(new URL('./fixtures/published-operations.json', import.meta.url), 'utf8'),
) as { paths: Record<string, string[]>; definitions: Record<string, Record<string, string>> }

/** Routes the June 2020 excerpt does not hold; autotask-api.md names each (1.2, 5.1, 7.3, 9, 10). */
const knownElsewhere = [
  '/VersionInformation',
  '/V1.0/Version',
  '/V1.0/TicketHistory',
  '/V1.0/DeletedTicketLogs',
  '/V1.0/CompanyLocations',
  '/V1.0/BillingCodes',
  '/V1.0/TicketWebhooks',
  '/V1.0/TicketWebhookFields',
  '/V1.0/TicketWebhookExcludedResources',
  '/V1.0/WebhookEventErrorLogs',
]

let desk: TestDesk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.stop())

const isKnownElsewhere = (path: string): boolean =>
  knownElsewhere.some((known) => path === known || path.startsWith(`${known}/`))

describe('routes', () => {
  const paths = new Map(Object.entries(published.paths).map(([path, methods]) => [path.toLowerCase(), methods]))

  it('serves nothing the published operations lack', () => {
    const surplus = servedRoutes()
      .filter(({ path }) => !isKnownElsewhere(path))
      .flatMap(({ path, methods }) => {
        const allowed = paths.get(path.toLowerCase()) ?? []
        return methods.filter((method) => !allowed.includes(method)).map((method) => `${method} ${path}`)
      })
    expect(surplus).toEqual([])
  })

  it('serves every published method of the paths it serves', () => {
    const missing = servedRoutes().flatMap(({ path, methods }) =>
      (paths.get(path.toLowerCase()) ?? [])
        .filter((method) => !methods.includes(method))
        .map((method) => [method, path]),
    )
    expect(missing).toEqual([])
  })

  it.each(servedRoutes().map(({ path, methods }) => [path, methods] as const))(
    '%s answers its methods and refuses others',
    async (path, methods) => {
      const url = path.replace('{parentId}', '1').replace('{id}', '1').slice(1)
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        const needsSearch = method === 'GET' && /query/.test(path)
        const answer = await desk.send(
          method,
          needsSearch ? `${url}?search={}` : url,
          method === 'GET' ? undefined : {},
        )
        if (methods.includes(method)) expect([200, 500, 404]).toContain(answer.status)
        else {
          expect(answer.status).toBe(405)
          expect(answer.json).toEqual({ Message: `The requested resource does not support http method '${method}'.` })
        }
        // 404 is only for user-defined fields of an entity without any.
        if (answer.status === 404) expect(path).toMatch(/userDefinedFields$/)
      }
    },
  )

  it.each([
    ['POST', 'V1.0/TicketNotes'],
    ['GET', 'V1.0/Tickets/1/Notes/query'],
    ['GET', 'V1.0/Nothing'],
    ['GET', 'V1.0/Tickets/1/Notes/2/3'],
    ['GET', 'V2.0/Tickets/1'],
    ['POST', 'V1.0/Contacts'],
    ['GET', 'V1.0/Tickets/query/sideways'],
  ])('%s %s is an HTML 404', async (method, path) => {
    const answer = await desk.send(method, path, method === 'GET' ? undefined : {})
    expect(answer.status).toBe(404)
    expect(answer.text).toMatch(/^<!DOCTYPE html/)
  })

  it.each(['DELETE', 'PATCH', 'PUT'])('%s on one ticket is 405', async (method) => {
    expect((await desk.send(method, 'V1.0/Tickets/1', {})).status).toBe(405)
  })

  it('reads paths without regard to case', async () => {
    expect((await desk.send('GET', 'v1.0/companies/0')).json.item.id).toBe(0)
    const origin = new URL(desk.emulator.ready.url).origin
    expect((await desk.send('GET', `${origin}/atservicesrest/V1.0/COMPANIES/0`)).status).toBe(200)
  })
})

describe('fields', () => {
  /** Properties that came after June 2020, by entity (autotask-api.md 5.2, 6, 11.6). */
  const newer: Record<string, string[]> = {
    Ticket: ['createdByContactID', 'isAssignedToComanaged', 'isVisibleToComanaged'],
    TicketNote: ['createdByContactID'],
    Service: ['sku'],
  }
  const notPublishedHere = ['Product', 'BillingCode', 'DeletedTicketLog', 'WebhookEventErrorLog']
  const models: Record<string, string> = {
    TicketWebhook: 'CompanyWebhookModel',
    TicketWebhookField: 'CompanyWebhookFieldModel',
    TicketWebhookExcludedResource: 'CompanyWebhookExcludedResourceModel',
  }

  it.each(
    [...tableEntities]
      .filter((entity) => !notPublishedHere.includes(entity.name))
      .map((entity) => [entity.name, entity] as const),
  )('%s has the published properties and no other', (name, entity) => {
    const model = published.definitions[models[name] ?? `${name}Model`] ?? {}
    const wanted = Object.keys(model)
      .filter((property) => !['SoapParentPropertyId', 'UserDefinedFields'].includes(property))
      .map((property) => property.toLowerCase())
    const added = (newer[name] ?? []).map((property) => property.toLowerCase())
    expect(entity.fields.map((field) => field.name.toLowerCase()).sort()).toEqual([...wanted, ...added].sort())
  })

  it.each([...tableEntities].map((entity) => [entity.name, entity] as const))(
    '%s has the published types',
    (name, entity) => {
      const model = published.definitions[models[name] ?? `${name}Model`] ?? {}
      for (const [property, type] of Object.entries(model)) {
        const field = entity.field(property)
        if (!field || property === 'Id') continue
        const kind = type.split('/')[0]
        const expected =
          field.dataType === 'boolean'
            ? 'boolean'
            : ['string', 'datetime'].includes(field.dataType)
              ? 'string'
              : ['double', 'decimal'].includes(field.dataType)
                ? 'number'
                : 'integer'
        expect(`${property} ${kind}`).toBe(`${property} ${expected}`)
      }
    },
  )

  it('answers a ticket with all 76 properties: id first, then by name, user-defined fields last', async () => {
    const id = await desk.ticket()
    const names = Object.keys(await desk.readTicket(id))
    expect(names).toHaveLength(76)
    expect(names[0]).toBe('id')
    expect(names.at(-1)).toBe('userDefinedFields')
    const middle = names.slice(1, -1)
    expect(middle).toEqual([...middle].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)))
    expect(middle).toEqual(ticketEntity.fields.slice(1).map((field) => field.name))
  })

  it('marks exactly company, priority, status and title of a ticket as required', () => {
    expect(ticketEntity.required.map((field) => field.name).sort()).toEqual([
      'companyID',
      'priority',
      'status',
      'title',
    ])
  })

  it('reads the change log under the names of autotask-api.md 5.1', () => {
    expect(ticketHistoryEntity.fields.map((field) => field.name)).toEqual([
      'id',
      'action',
      'date',
      'detail',
      'resourceID',
      'ticketID',
    ])
  })
})
