import type { PoolClient } from 'pg'
import { onTestFinished } from 'vitest'
import type { Stage } from '../../demo/stage.ts'
import { type App, createApp } from '../../src/app.ts'
import type { Connections } from '../../src/db/sql.ts'
import { runNextDuty } from '../../src/usecases/run-duty.ts'
import { createDesks } from '../../src/worker/desks.ts'
import { recordingLog } from './recording-log.ts'

/** Where a process dies: at a statement, before it is sent to the database or after it was carried out. */
export type DyingPoint = { readonly at: RegExp; readonly when: 'before' | 'after' }

/** A whole second Tocsin on the database and the clock of a stage, driven by hand. */
export type SecondProcess = {
  readonly app: App
  /** Does what is due until nothing is, or until it dies; true when it died. */
  work(): Promise<boolean>
  /** All that it logged. */
  said(): string
}

class DeathError extends Error {
  readonly code = 'process-died'
}

/**
 * Starts one. With a dying point it dies there once: from then on none of its statements reaches the database any more,
 * and nothing is given back, as after `kill -9`.
 */
export async function startSecondProcess(
  stage: Stage,
  databaseUrl: string,
  dyingPoint: DyingPoint | null = null,
): Promise<SecondProcess> {
  const { dataFolder, clock } = stage
  const log = recordingLog()
  const app = await createApp({
    config: { host: '127.0.0.1', port: 0, databaseUrl, dataFolder, role: 'web', secret: null, logLevel: 'silent' },
    log,
    clock,
  })
  onTestFinished(() => app.stop())
  const death = new AbortController()
  const pool = dyingPoint === null ? app.deps.pool : mortal(app.deps.pool, dyingPoint, death)
  const deps = { ...app.deps, pool }
  const desks = createDesks(deps)
  if (dyingPoint === null) onTestFinished(() => desks.close())
  return {
    app,
    said: () => log.text(),
    async work() {
      const alive = new AbortController()
      try {
        while (await runNextDuty(deps, alive.signal));
        await desks.runUntilIdle(alive.signal)
      } catch (error) {
        if (!death.signal.aborted) throw error
      }
      return death.signal.aborted
    },
  }
}

/** Connections that reach the database until the point is reached, for a worker that is driven by hand. */
export function mortalPool(pool: Connections, point: DyingPoint): { readonly pool: Connections; isDead(): boolean } {
  const death = new AbortController()
  return { pool: mortal(pool, point, death), isDead: () => death.signal.aborted }
}

type Query = (...given: unknown[]) => unknown

/** The same connections, until the point is reached. */
function mortal(pool: Connections, { at, when }: DyingPoint, death: AbortController): Connections {
  async function run(query: Query, given: unknown[], statement: string): Promise<unknown> {
    const isHere = at.test(statement)
    if (isHere && when === 'before') death.abort()
    if (death.signal.aborted) throw new DeathError(`died before ${statement.trim().slice(0, 40)}`)
    const result = await query(...given)
    if (isHere) death.abort()
    if (death.signal.aborted) throw new DeathError('this process died meanwhile')
    return result
  }
  function guard(query: Query): Query {
    return (...given) => {
      if (death.signal.aborted) return Promise.reject(new DeathError('this process is dead'))
      const [statement] = given
      // What is no text is a stream, and has no answer to wait for.
      return typeof statement === 'string' ? run(query, given, statement) : query(...given)
    }
  }
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'query') return guard(target.query.bind(target) as Query)
      if (name !== 'connect') return Reflect.get(target, name)
      return async () => {
        const client = await target.connect()
        return new Proxy<PoolClient>(client, {
          get(inner, key) {
            if (key === 'query') return guard(inner.query.bind(inner) as Query)
            // The connection of a dead process is cut, and the database undoes what was not committed.
            if (key === 'release') return (failed?: boolean) => inner.release(death.signal.aborted || failed === true)
            return Reflect.get(inner, key)
          },
        })
      }
    },
  })
}
