import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { pollMailbox } from '../../src/channels/mail/poll-mailbox.ts'
import { createHttpClient } from '../../src/connectors/http-client.ts'
import { psaConnectors, sourceConnectors } from '../../src/connectors/registry.ts'
import { systemActor } from '../../src/core/actor.ts'
import type { Connection } from '../../src/db/connect.ts'
import type { Database } from '../../src/db/tables.ts'
import type { Api } from '../../src/http/api.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { createHttpServer } from '../../src/http/server.ts'
import { type Clock, systemClock } from '../../src/lib/clock.ts'
import { systemIds } from '../../src/lib/ids.ts'
import { createMachine } from '../../src/lib/machine.ts'
import { createSecretBox } from '../../src/lib/secret-box.ts'
import { createTokenShelf } from '../../src/lib/token-shelf.ts'
import type { Deps } from '../../src/usecases/deps.ts'
import { ensureFirstToken } from '../../src/usecases/ensure-first-token.ts'
import { createOwnSources } from '../../src/usecases/own-sources.ts'
import { type LogLine, recordingLog } from './recording-log.ts'

/** An answer of the API; it has been judged by the OpenAPI document. */
export type ApiAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds is judged by its schema, and tests read freely in it
  readonly body: any
  readonly text: string
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export type ApiRequest = {
  readonly method: Method
  readonly url: string
  readonly body?: object | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** Default 127.0.0.1. */
  readonly remoteAddress?: string
}

export type ApiBench = {
  readonly deps: Deps
  readonly api: Api
  readonly token: string
  /** Asks with the token. Throws when the answer is not what the OpenAPI document promises. */
  call(method: Method, url: string, body?: object): Promise<ApiAnswer>
  /** Asks as somebody else: without the token, with these headers, from this address. */
  send(request: ApiRequest): Promise<ApiAnswer>
  /** The same as `call`, for answers that must be good. */
  ok(method: Method, url: string, body?: object): Promise<ApiAnswer['body']>
  /** Everything that was answered and logged, as text. */
  said(): string
  lines(): readonly LogLine[]
  stop(): Promise<void>
}

type Operation = { readonly path: RegExp; readonly method: string; readonly responses: Record<string, Response> }
type Response = { readonly content?: Record<string, { schema: object }> }

/** The API on a real database with the real connectors; requests do not pass a network. */
export async function createApiBench(
  database: Connection<Database>,
  options: { clock?: Clock } = {},
): Promise<ApiBench> {
  const log = recordingLog()
  const metrics = createMetrics()
  const deps: Deps = {
    pool: database.pool,
    db: database.db,
    clock: options.clock ?? systemClock,
    ids: systemIds,
    log,
    meter: metrics.meter,
    machine: createMachine(null),
    box: createSecretBox('a key for tests that is long enough to be one'),
    installation: 'test',
    sources: new Map([...sourceConnectors, ...createOwnSources(() => deps)]),
    actor: systemActor,
    demo: false,
    psas: psaConnectors,
    httpClient: createHttpClient,
    tokenShelf: createTokenShelf(),
    pollMailbox,
  }
  const token = (await ensureFirstToken(deps, () => Promise.resolve())) ?? ''
  const api = await createHttpServer(deps, metrics)
  const judge = createJudge(api.swagger())
  const answers: string[] = []

  async function send({ method, url, body, headers: sent, remoteAddress }: ApiRequest): Promise<ApiAnswer> {
    const reply = await api.inject({
      method,
      url,
      headers: { ...sent },
      remoteAddress: remoteAddress ?? '127.0.0.1',
      ...(body === undefined ? {} : { body }),
    })
    const { statusCode: status, headers, payload: text } = reply
    answers.push(text, JSON.stringify(headers))
    const type = String(headers['content-type'] ?? '').split(';')[0] ?? ''
    const parsed: unknown = type.endsWith('json') && !type.endsWith('x-ndjson') && text !== '' ? JSON.parse(text) : text
    judge(method, url.split('?')[0] ?? '', status, type, parsed)
    return { status, headers, body: parsed, text }
  }

  const call: ApiBench['call'] = (method, url, body) =>
    send({ method, url, body, headers: { authorization: `Bearer ${token}` } })

  return {
    deps,
    api,
    token,
    call,
    send,
    async ok(method, url, body) {
      const answer = await call(method, url, body)
      if (answer.status < 300) return answer.body
      throw new Error(`${method} ${url} was answered ${answer.status}: ${answer.text}`)
    },
    said: () => `${answers.join('\n')}\n${log.text()}`,
    lines: () => log.lines,
    stop: () => api.close(),
  }
}

type Judge = (method: string, path: string, status: number, type: string, body: unknown) => void

function createJudge(document: object): Judge {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(document, 'api')
  const { paths } = document as { paths: Record<string, Record<string, { responses: Record<string, Response> }>> }
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]): Operation => {
      const pattern = new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`)
      return { path: pattern, method: method.toUpperCase(), responses }
    }),
  )
  const compiled = new Map<object, ValidateFunction>()
  const validatorOf = (schema: object): ValidateFunction => {
    const known = compiled.get(schema)
    if (known !== undefined) return known
    const rooted = JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')) as object
    const made = ajv.compile(rooted)
    compiled.set(schema, made)
    return made
  }
  return (method, path, status, type, body) => {
    const fitting = operations.filter((one) => one.method === method && one.path.test(path))
    // A fixed address goes before one with a parameter, as in the router.
    const operation = fitting.find((one) => !one.path.source.includes('[^/]+')) ?? fitting[0]
    if (operation === undefined) {
      if (status === 404 || status === 401) return
      throw new Error(`The OpenAPI document has no ${method} ${path}.`)
    }
    const response = operation.responses[String(status)] ?? operation.responses.default
    const content = response?.content?.[type]
    if (response !== undefined && response.content === undefined && body === '') return
    if (content === undefined) throw new Error(`${method} ${path} answers ${status} ${type}, which is not promised.`)
    const validate = validatorOf(content.schema)
    if (validate(body)) return
    throw new Error(`${method} ${path} ${status}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body, null, 1)}`)
  }
}
