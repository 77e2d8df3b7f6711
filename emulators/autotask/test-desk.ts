// What the tests of this folder talk to an emulator with: plain HTTP, nothing of any connector.
import { request } from 'undici'
import { type AutotaskOptions, startAutotaskEmulator } from './main.ts'

/** A record of an answer. */
export type TestItem = {
  id: number
  userDefinedFields: { name: string; value: string | null }[]
  [field: string]: unknown
}

/** A field of `entityInformation/fields`. */
export type TestField = { name: string; picklistValues: Record<string, unknown>[] | null } & Record<string, unknown>

/** Every property an answer may have; a test looks at those it expects. */
export type TestJson = {
  item: TestItem
  itemId: number
  items: TestItem[]
  pageDetails: { count: number; requestCount: number; prevPageUrl: string | null; nextPageUrl: string | null }
  queryCount: number
  errors: string[]
  Message: string
  fields: TestField[]
  info: Record<string, unknown>
  currentTimeframeRequestCount: number
  url: string
}

/** An answer; `json` is an empty object when the body is not JSON. */
export type TestAnswer = { status: number; text: string; json: TestJson }

/** A running emulator with a caller whose credentials are right. */
export type TestDesk = Awaited<ReturnType<typeof startDesk>>

/** Starts an emulator that adds no latency. */
export async function startDesk(options: Partial<AutotaskOptions> = {}) {
  const emulator = await startAutotaskEmulator({
    port: 0,
    tenants: 3,
    devices: 3,
    ...options,
    switches: { latencyScale: 0, ...options.switches },
  })
  const { ready } = emulator
  const credentials = { UserName: ready.user, Secret: ready.secret, ApiIntegrationCode: ready.integrationCode }

  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    own: Record<string, string> = credentials,
  ): Promise<TestAnswer> {
    const url = path.startsWith('http') ? path : `${ready.url}${path}`
    const answer = await request(url, {
      method: method as 'GET',
      headers: { ...own, 'Content-Type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.body.text()
    const isJson = String(answer.headers['content-type']).includes('json') && text !== ''
    return { status: answer.statusCode, text, json: (isJson ? JSON.parse(text) : {}) as TestJson }
  }

  return {
    emulator,
    credentials,
    send,
    get: (path: string) => send('GET', `V1.0/${path}`),
    post: (path: string, body?: unknown) => send('POST', `V1.0/${path}`, body),
    patch: (path: string, body?: unknown) => send('PATCH', `V1.0/${path}`, body),
    put: (path: string, body?: unknown) => send('PUT', `V1.0/${path}`, body),
    remove: (path: string) => send('DELETE', `V1.0/${path}`),
    act: (order: object) => emulator.control.act(order),
    /** Creates a ticket that breaks no rule; gives its id. Fails the test when it is refused. */
    async ticket(more: object = {}): Promise<number> {
      const answer = await send('POST', 'V1.0/Tickets', { ...goodTicket, ...more })
      if (answer.status !== 200) throw new Error(answer.text)
      return answer.json.itemId
    },
    async readTicket(id: number): Promise<TestItem> {
      return (await send('GET', `V1.0/Tickets/${id}`)).json.item
    },
    /** The items a POST query finds; fails the test when it is refused. */
    async find(entity: string, ...filter: object[]): Promise<TestItem[]> {
      const answer = await send('POST', `V1.0/${entity}/query`, { filter })
      if (answer.status !== 200) throw new Error(answer.text)
      return answer.json.items
    },
    stop: () => emulator.stop(),
  }
}

/** First seeded client. */
export const firstCompany = 175

/** A ticket every rule allows. */
export const goodTicket = {
  companyID: firstCompany,
  title: 'Malware not cured on PC-14',
  description: 'Trojan found',
  status: 1,
  priority: 1,
  queueID: 8,
  source: 8,
  ticketType: 5,
  ticketCategory: 3,
  dueDateTime: '2026-11-23T09:00:00Z',
}
