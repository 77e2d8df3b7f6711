// What the tests of this folder talk to an emulator with: plain HTTP, signed here, nothing of any connector.
import { createHmac } from 'node:crypto'
import { request } from 'undici'
import { startTigerpawEmulator, type TigerpawOptions } from './main.ts'

/** An order inside an answer. */
export type TestOrder = {
  ServiceOrderNumber: number
  ServiceOrder: Record<string, unknown>
  ServiceOrderLock: { LockingRepNumber: number; LockingRepName: string } | null
  Notes: number
  OpenTasks: number
} & Record<string, unknown>

/** Every property an answer may have; a test looks at those it expects. */
export type TestJson = {
  Success: boolean
  Message: string
  ServiceOrderSummary: TestOrder
  ServiceOrders: TestOrder[]
  Accounts: { AccountNumber: number; Account: Record<string, unknown> }[]
  AccountSummary: { AccountNumber: number; Account: Record<string, unknown> }
  Agreements: Record<string, unknown>[]
  PriceBookItems: ({ ItemId: string } & Record<string, unknown>)[]
  Note: Record<string, unknown>
  Notes: Record<string, unknown>[]
  PageSize: number
  NextRow: number
  TotalCount: number
} & TestOrder

/** An answer; `json` is an empty object when the body is not JSON. */
export type TestAnswer = { status: number; type: string; text: string; json: TestJson }

/** What a test may want otherwise about a request. */
export type TestRequest = {
  headers?: Record<string, string>
  publicKey?: string
  privateKey?: string
  /** The date that is signed and sent; null sends none. */
  date?: string | null
  dateHeader?: 'X-TSI-Date' | 'Date'
  /** What is signed instead of the path. */
  signedPath?: string
}

/** A running emulator with a caller whose keys are right. */
export type TestDesk = Awaited<ReturnType<typeof startDesk>>

/** A row of the search. */
export type TestCriterion = { SearchType: string; Criteria: string; MatchType?: string } & Record<string, string>

/** Starts an emulator. */
export async function startDesk(options: Partial<TigerpawOptions> = {}) {
  const emulator = await startTigerpawEmulator({ port: 0, tenants: 3, ...options })
  const { ready, control } = emulator

  function authorize(method: string, path: string, given: TestRequest): Record<string, string> {
    const date = given.date === undefined ? emulator.clock.now().toUTCString() : given.date
    if (date === null) return {}
    const text = `${method}|${given.signedPath ?? path.split('?')[0]}|${date}`.toLowerCase()
    const mac = createHmac('sha256', given.privateKey ?? ready.privateKey)
      .update(text)
      .digest('base64')
    const token = Buffer.from(`${given.publicKey ?? ready.publicKey}:${mac}`).toString('base64')
    return { Authorization: `TSI ${token}`, [given.dateHeader ?? 'X-TSI-Date']: date }
  }

  async function send(method: string, path: string, body?: unknown, given: TestRequest = {}): Promise<TestAnswer> {
    const answer = await request(`${ready.url}${path}`, {
      method: method as 'GET',
      headers: { 'Content-Type': 'application/json', ...authorize(method, path, given), ...given.headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.body.text()
    const type = String(answer.headers['content-type'] ?? '')
    const isJson = type.includes('json') && text !== ''
    return { status: answer.statusCode, type, text, json: (isJson ? JSON.parse(text) : {}) as TestJson }
  }

  const search = async (...Criteria: TestCriterion[]): Promise<TestOrder[]> => {
    const answer = await send('POST', '/api/serviceorders/search', { Criteria, PageSize: 500 })
    if (!answer.json.Success) throw new Error(answer.text)
    return answer.json.ServiceOrders
  }

  return {
    emulator,
    ready,
    send,
    search,
    get: (path: string) => send('GET', `/api/${path}`),
    post: (path: string, body?: unknown) => send('POST', `/api/${path}`, body),
    put: (path: string, body?: unknown) => send('PUT', `/api/${path}`, body),
    remove: (path: string, body?: unknown) => send('DELETE', `/api/${path}`, body),
    act: (name: string, order: object = {}) => control.act({ act: name, ...order }),
    setSwitch: (name: string, value: unknown) => control.act({ act: 'setSwitch', name, value }),
    /** Creates an order that breaks no rule; gives its number. Fails the test when it is refused. */
    async order(more: object = {}): Promise<number> {
      const answer = await send('POST', '/api/serviceorders', { ...goodOrder, ...more })
      if (!answer.json.Success) throw new Error(answer.text)
      return answer.json.ServiceOrderSummary.ServiceOrderNumber
    },
    async read(number: number): Promise<TestOrder> {
      return (await send('GET', `/api/serviceorders/${number}`)).json
    },
    /** The entries of the history about one order. */
    historyOf(number: number): TestEntry[] {
      return (control.getState({ part: 'history' }) as TestEntry[]).filter((entry) => entry.ticketId === number)
    },
    stop: () => emulator.stop(),
  }
}

/** An entry of the history. */
export type TestEntry = {
  time: string
  ticketId: number
  kind: string
  by: string
  resourceID: number
  companyID: number
  externalID: string
  changes: Record<string, { old: unknown; new: unknown }>
  noteId?: number
}

/** First seeded client. */
export const firstAccount = 407555

/** An order every rule allows. */
export const goodOrder = {
  AccountNumber: firstAccount,
  BriefDescription: 'Critical: malware found on PC-17',
  WorkRequested: 'Trojan found',
  Status: 'New',
  ServiceOrderType: 'Security',
  Priority: 'High',
  DispatchBoardNumber: 3,
  TakenBy: 12,
}
