// For tests only: plain HTTPS requests, as any client would send them, without a connector of ours.
import { Agent, request } from 'undici'
import { expect } from 'vitest'
import { startKscEmulator } from './main.ts'

type Running = Awaited<ReturnType<typeof startKscEmulator>>
type Json = Record<string, unknown>

/** One raw answer. */
export type Answer = { status: number; text: string; json: Json; headers: Json }

/** A client with a session of its own. */
export type TestClient = {
  /** Calls a method in the session and expects success. */
  call(method: string, args?: unknown): Promise<Json>
  /** Calls a method in the session and expects a `PxgError`. */
  fail(method: string, args?: unknown): Promise<{ code: number; module: string; message: string }>
  /** Any request, with these headers only. */
  raw(method: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  session: string
  close(): Promise<void>
}

/** `KSCBasic` for a user as the official client writes it. */
export function basic(user: string, password: string): string {
  const encode = (text: string): string => Buffer.from(text).toString('base64')
  return `KSCBasic user="${encode(user)}", pass="${encode(password)}", domain="", internal="1"`
}

/** Sends one request through an agent of the caller. */
async function send(
  { url }: { url: string },
  dispatcher: Agent,
  method: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answer> {
  const answer = await request(`${url}/api/v1.0/${method}`, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await answer.body.text()
  const json = text.startsWith('{') && answer.statusCode === 200 ? tryParse(text) : {}
  return { status: answer.statusCode, text, json, headers: answer.headers }
}

/** Trusts the emulator's certificate. */
export function agentFor(emulator: Running, connections = 4): Agent {
  return new Agent({ connections, connect: { ca: emulator.ready.certificate } })
}

/** Opens a session, on a virtual server by its display name. */
export async function connect(emulator: Running, vserver?: string): Promise<TestClient> {
  const agent = agentFor(emulator)
  const { user, password } = emulator.ready
  const raw: TestClient['raw'] = (method, body, headers = {}) => send(emulator, agent, method, body, headers)
  const started = await raw(
    'Session.StartSession',
    {},
    {
      authorization: basic(user, password),
      ...(vserver !== undefined && { 'x-ksc-vserver': Buffer.from(vserver).toString('base64') }),
    },
  )
  expect(started.status, started.text).toBe(200)
  const session = String(started.json.PxgRetVal)
  const inSession = (method: string, args: unknown = {}) => raw(method, args, { 'x-ksc-session': session })
  return {
    raw,
    session,
    async call(method, args) {
      const { status, json, text } = await inSession(method, args)
      expect(status, text).toBe(200)
      expect(json, method).not.toHaveProperty('PxgError')
      return json
    },
    async fail(method, args) {
      const { status, json, text } = await inSession(method, args)
      expect(status, text).toBe(200)
      expect(json, method).toHaveProperty('PxgError')
      return json.PxgError as { code: number; module: string; message: string }
    },
    close: () => agent.close(),
  }
}

/** The values of a `KLCSP_ITERATOR_ARRAY` or event range, each checked to be tagged. */
export function records(array: unknown): Json[] {
  return (array as { type: string; value: Json }[]).map((item) => {
    expect(item.type).toBe('params')
    return item.value
  })
}

/** Finds devices and reads the whole result in one page. */
export async function findHosts(
  client: TestClient,
  filter: string,
  fields: string[],
  more: Json = {},
): Promise<Json[]> {
  const found = await client.call('HostGroup.FindHosts', {
    wstrFilter: filter,
    vecFieldsToReturn: fields,
    vecFieldsToOrder: [],
    pParams: {},
    lMaxLifeTime: 600,
    ...more,
  })
  const { strAccessor, PxgRetVal } = found
  const chunk = await client.call('ChunkAccessor.GetItemsChunk', { strAccessor, nStart: 0, nCount: 100_000 })
  expect(chunk.PxgRetVal).toBe(PxgRetVal)
  return records((chunk.pChunk as Json).KLCSP_ITERATOR_ARRAY)
}

/** Starts emulators and ends them all; call `stopAll` in `afterEach`. */
export function createLab(): { start: typeof startKscEmulator; connect: typeof connect; stopAll(): Promise<void> } {
  const running: Running[] = []
  const clients: TestClient[] = []
  return {
    async start(options) {
      const emulator = await startKscEmulator(options)
      running.push(emulator)
      return emulator
    },
    async connect(emulator, vserver) {
      const client = await connect(emulator, vserver)
      clients.push(client)
      return client
    },
    async stopAll() {
      await Promise.all(clients.splice(0).map((client) => client.close()))
      await Promise.all(running.splice(0).map((emulator) => emulator.stop()))
    },
  }
}

function tryParse(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return {}
  }
}
