import { createHmac } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { testDatabase } from '../../../test/support/database.ts'
import { createHubWorld } from '../../../test/support/hub-world.ts'
import type { Database } from '../../db/tables.ts'
import { openapiDocument } from '../openapi-document.ts'

// What the OpenAPI document promises to whoever writes a sender, held against what the server does.

type Answer = { description: string; headers?: Record<string, object>; content: Record<string, object> }
type Operation = { security: object[]; responses: Record<string, Answer> }
type Scheme = { type: string; in?: string; name?: string; scheme?: string }
type Document = {
  paths: Record<string, Record<string, Operation>>
  components: { securitySchemes: Record<string, Scheme> }
}

const database = await testDatabase<Database>()
const world = await createHubWorld(database, { settings: { mostWaiting: 1_000 } })
afterAll(() => world.stop())
const { ok, post, sourceId } = world

const document = (await openapiDocument()) as unknown as Document
const schemes = document.components.securitySchemes
const forms = ['computers', 'changes', 'events', 'mailboxes']
const operationOf = (form: string) => document.paths[`/api/v1/hub/{sourceId}/${form}`]?.post
const answersOf = (form: string) => operationOf(form)?.responses ?? {}

const countedAt = () => world.clock.now().toISOString()
const mailboxes = (key: string) => JSON.stringify({ company: { key }, protected: 1, countedAt: countedAt() })
const events = (key: string, count: number) => ({
  company: { key },
  events: Array.from({ length: count }, (_, number) => ({
    id: `e-${number}`,
    product: 'endpoint-security-cloud',
    type: 'GNRL_EV_VIRUS_FOUND',
    happenedAt: countedAt(),
  })),
})

describe.each(forms)('the document says of “%s”', (form) => {
  test('that a token is enough, or all three headers of a signature', () => {
    expect(operationOf(form)?.security).toEqual([
      { sourceToken: [] },
      { sourceKey: [], sourceTimestamp: [], sourceSignature: [] },
    ])
  })

  test('what a sender must be ready for, and how long it must wait', () => {
    const answers = answersOf(form)
    expect(Object.keys(answers).sort()).toEqual(['200', '400', '401', '403', '413', '429', 'default'])
    for (const status of ['400', '401', '403', '413', '429']) {
      expect(Object.keys(answers[status]?.content ?? {})).toEqual(['application/problem+json'])
      expect(answers[status]?.description).not.toBe(answers.default?.description)
    }
    expect(answers['429']?.headers).toEqual({
      'Retry-After': { description: expect.any(String), schema: { type: 'integer', minimum: 1 } },
    })
  })
})

describe('the server does so', () => {
  test('a request is signed by the headers that the document names', async () => {
    const made = await ok('POST', `/api/v1/sources/${sourceId}/tokens`, { name: 'Webhook', kind: 'signature' })
    const body = mailboxes('amber')
    const seconds = String(Math.floor(world.clock.now().getTime() / 1_000))
    const values: Record<string, string> = {
      sourceKey: String(made.token.id),
      sourceTimestamp: seconds,
      sourceSignature: `sha256=${createHmac('sha256', made.secret).update(`${seconds}.${body}`).digest('hex')}`,
    }
    const headers = Object.fromEntries(
      Object.entries(values).map(([scheme, value]) => {
        expect(schemes[scheme]).toMatchObject({ type: 'apiKey', in: 'header' })
        return [schemes[scheme]?.name ?? '', value]
      }),
    )
    expect(await post('mailboxes', body, headers)).toMatchObject({ status: 200 })
    for (const name of Object.keys(headers)) {
      const { [name]: _, ...others } = headers
      expect(await post('mailboxes', body, others), `without ${name}`).toMatchObject({ status: 401 })
    }
  })

  test('what it refuses carries what the document says', async () => {
    const made = await ok('POST', `/api/v1/sources/${sourceId}/tokens`, { name: 'Amber', company: 'amber' })
    const asAmber = { authorization: `Bearer ${made.secret}` }
    const answered = [
      await post('events', { company: { key: 'amber' } }),
      await post('mailboxes', mailboxes('amber'), {}),
      await post('mailboxes', mailboxes('basalt'), asAmber),
    ]
    // A single company may fill a quarter of the inbox.
    expect(await post('events', events('flood', 300))).toMatchObject({ status: 200 })
    answered.push(await post('events', events('flood', 10)))
    expect(answered.map(({ status }) => status)).toEqual([400, 401, 403, 429])
    for (const { status, headers } of answered) {
      const said = answersOf('events')[String(status)]
      expect(headers['content-type']).toContain(Object.keys(said?.content ?? {})[0])
      for (const name of Object.keys(said?.headers ?? {})) expect(headers[name.toLowerCase()], name).toBeTruthy()
    }
    expect(answered.at(-1)?.headers['retry-after']).toMatch(/^[1-9]\d*$/)
  })
})
