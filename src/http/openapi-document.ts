import type { Deps } from '../usecases/deps.ts'
import { createMetrics } from './metrics.ts'
import { createHttpServer } from './server.ts'

/** The OpenAPI document of this version. It follows from the routes alone: nothing is connected to. */
export async function openapiDocument(): Promise<Readonly<Record<string, unknown>>> {
  const untouched = new Proxy({} as Deps, {
    get(_, name) {
      throw new Error(`Registering routes must not use deps.${String(name)}.`)
    },
  })
  const api = await createHttpServer(untouched, createMetrics())
  const document = api.swagger() as unknown as Record<string, unknown>
  await api.close()
  return document
}
