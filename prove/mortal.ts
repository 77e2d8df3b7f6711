import { request as sendPlain } from 'node:http'
import type { PoolClient } from 'pg'
import type { HttpClient, HttpOptions, HttpRequest } from '../src/connectors/http.ts'
import type { Connections } from '../src/db/sql.ts'
import { frontHeaders, type PointName, points, type StatementPoint } from './points.ts'

/**
 * Makes a process of ours mortal at named points, from outside: its connections and its HTTP client are wrapped, and the
 * program itself knows nothing of it. Nothing is given back and nobody is told: it is `kill -9`.
 */

export type Mortal = {
  arm(point: PointName, nth: number): void
  disarm(): void
  pool(pool: Connections): Connections
  client(create: (options: HttpOptions) => HttpClient): (options: HttpOptions) => HttpClient
}

type Query = (...given: unknown[]) => unknown

/** `front`: where requests are carried out whose answer the dead process never gets. Real time-outs are `speed` times shorter. */
export function createMortal({ front, speed }: { front: string; speed: number }): Mortal {
  let armed: { point: PointName; left: number } | null = null

  /** True when this is the time to die there. */
  function isUp(name: PointName): boolean {
    if (armed?.point !== name) return false
    armed.left -= 1
    return armed.left <= 0
  }

  function statementPoint(): readonly [PointName, StatementPoint] | null {
    if (armed === null) return null
    const point = points[armed.point]
    return point.at === 'statement' ? [armed.point, point] : null
  }

  function guard(query: Query): Query {
    let begun = ''
    return (...given) => {
      const [statement] = given
      // What is no text is a stream, and has no answer to wait for.
      if (typeof statement !== 'string') return query(...given)
      if (/^\s*begin/i.test(statement)) begun = ''
      const found = statementPoint()
      const within = begun
      begun = `${begun.slice(-20_000)}\n${statement}`
      if (found === null) return query(...given)
      const [name, point] = found
      if (!point.text.test(statement) || point.within?.test(within) === false) return query(...given)
      if (point.when === 'before') {
        if (isUp(name)) die()
        return query(...given)
      }
      return Promise.resolve(query(...given)).then((result) => {
        const touched = (result as { rowCount?: number | null }).rowCount ?? 0
        if ((point.needsRow !== true || touched > 0) && isUp(name)) die()
        return result
      })
    }
  }

  return {
    arm(point, nth) {
      armed = { point, left: nth }
    },
    disarm() {
      armed = null
    },
    pool: (pool) =>
      new Proxy(pool, {
        get(target, name) {
          if (name === 'query') return guard(target.query.bind(target) as Query)
          if (name !== 'connect') return Reflect.get(target, name)
          return async () => {
            const client = await target.connect()
            const query = guard(client.query.bind(client) as Query)
            return new Proxy<PoolClient>(client, {
              get: (inner, key) => (key === 'query' ? query : bound(inner, key)),
            })
          }
        },
      }),
    client: (create) => (options) => {
      const inner = create({ ...options, timeoutMs: options.timeoutMs / speed })
      return {
        ...inner,
        async request(request) {
          if (isWrite(request)) {
            if (isUp('before-call')) die()
            if (isUp('after-vendor-commit')) return dieAnswered(front, request)
          }
          const { timeoutMs } = request
          return inner.request(timeoutMs === undefined ? request : { ...request, timeoutMs: timeoutMs / speed })
        },
      }
    },
  }
}

/** Methods of a connection must find the connection itself. */
function bound(client: PoolClient, key: string | symbol): unknown {
  const value: unknown = Reflect.get(client, key)
  return typeof value === 'function' ? value.bind(client) : value
}

/** A request that writes at a desk: searches and sessions are POSTs too. */
function isWrite({ method, url }: HttpRequest): boolean {
  return method !== 'GET' && !/query|search|\/api\/v1\.0\//i.test(new URL(url).pathname)
}

/** The front has the desk carry it out, and kills this process before any answer. */
function dieAnswered(front: string, { method, url, headers, body }: HttpRequest): Promise<never> {
  const isObject = typeof body === 'object'
  const onward = sendPlain(front, {
    method,
    headers: {
      ...headers,
      ...(isObject && { 'content-type': 'application/json' }),
      [frontHeaders.target]: url,
      [frontHeaders.process]: String(process.pid),
    },
  })
  onward.on('error', () => process.kill(process.pid, 'SIGKILL'))
  onward.end(isObject ? JSON.stringify(body) : body)
  return new Promise(() => undefined)
}

/** Does not come back: the signal is delivered before the call returns, and should it be late, nothing else happens. */
function die(): void {
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}
