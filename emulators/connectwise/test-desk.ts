// What the tests of this folder talk to an emulator with: plain HTTP, nothing of any connector.
import { Agent, request } from 'undici'
import { type ConnectwiseOptions, startConnectwiseEmulator } from './main.ts'

/** A record of an answer. */
export type TestRecord = { id: number; [field: string]: unknown }

/** Every property an answer may have; a test looks at those it expects. */
export type TestJson = TestRecord & {
  code: string
  message: string
  errors: { code: string; message: string; resource: string; field: string }[] | null
  count: number
  _info: Record<string, string>
}

/** An answer; `json` is an empty object, and `list` an empty list, when the body is not one. */
export type TestAnswer = {
  status: number
  text: string
  headers: Record<string, string>
  json: TestJson
  list: TestRecord[]
}

/** A running emulator with a caller whose keys are right. */
export type TestDesk = Awaited<ReturnType<typeof startDesk>>

/** Starts an emulator without a throttle. */
export async function startDesk(options: Partial<ConnectwiseOptions> = {}) {
  const emulator = await startConnectwiseEmulator({
    port: 0,
    tenants: 3,
    devices: 6,
    ...options,
    switches: { requestsPerMinute: 0, ...options.switches },
  })
  const { ready } = emulator
  const { certificate } = ready
  const dispatcher = new Agent(certificate === undefined ? {} : { connect: { ca: certificate } })
  const keys = Buffer.from(`${ready.companyId}+${ready.publicKey}:${ready.privateKey}`).toString('base64')
  const credentials: Record<string, string> = { Authorization: `Basic ${keys}`, clientId: ready.clientId }

  /** `own` goes in place of the credentials. */
  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    own = credentials,
  ): Promise<TestAnswer> {
    const url = path.startsWith('http') ? path : `${ready.url}${path}`
    const answer = await request(url, {
      method: method as 'GET',
      headers: { ...own, 'Content-Type': 'application/json', ...headers },
      dispatcher,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.body.text()
    const isJson = String(answer.headers['content-type']).includes('json') && text !== ''
    const parsed: unknown = isJson ? JSON.parse(text) : {}
    return {
      status: answer.statusCode,
      text,
      headers: answer.headers as Record<string, string>,
      json: (Array.isArray(parsed) ? {} : parsed) as TestJson,
      list: Array.isArray(parsed) ? (parsed as TestRecord[]) : [],
    }
  }

  const root = '/v4_6_release/apis/3.0/'
  const get = (path: string, headers?: Record<string, string>) => send('GET', root + path, undefined, headers)
  const post = (path: string, body?: unknown) => send('POST', root + path, body)
  return {
    emulator,
    credentials,
    send,
    get,
    post,
    patch: (path: string, body?: unknown) => send('PATCH', root + path, body),
    put: (path: string, body?: unknown) => send('PUT', root + path, body),
    remove: (path: string) => send('DELETE', root + path),
    act: (order: object) => emulator.control.act(order),
    setSwitch: (name: string, value: unknown) => emulator.control.act({ act: 'setSwitch', name, value }),
    /** Ids of tickets that match, in order. Fails the test when the conditions are refused. */
    async find(conditions: string, path = 'service/tickets'): Promise<number[]> {
      const answer = await get(`${path}?pageSize=1000&conditions=${encodeURIComponent(conditions)}`)
      if (answer.status !== 200) throw new Error(answer.text)
      return answer.list.map((one) => one.id)
    },
    /** Creates a ticket that breaks no rule; gives its id. Fails the test when it is refused. */
    async ticket(more: object = {}): Promise<number> {
      const answer = await post('service/tickets', { ...goodTicket, ...more })
      if (answer.status !== 201) throw new Error(answer.text)
      return answer.json.id
    },
    async readTicket(id: number): Promise<TestJson> {
      return (await get(`service/tickets/${id}`)).json
    },
    async stop() {
      await emulator.stop()
      await dispatcher.close()
    },
  }
}

/** First seeded client. */
export const firstCompany = 250

/** A ticket every rule allows, on the board "Monitoring Alert". */
export const goodTicket = {
  summary: 'Malware not cured on PC-00014',
  company: { id: firstCompany },
  board: { id: 3 },
  status: { name: 'New' },
  priority: { id: 6 },
  type: { id: 301 },
}
