import type { Deps } from './deps.ts'
import { type IntegrationView, listIntegrations } from './list-integrations.ts'
import { notFound } from './request-error.ts'

/** One integration. Throws `RequestError`. */
export async function showIntegration(deps: Deps, input: { id: number }): Promise<IntegrationView> {
  const [found] = await listIntegrations(deps, { id: input.id })
  if (found === undefined) throw notFound('integration', input.id)
  return found
}
