import { countHeld } from '../db/held.ts'
import type { Deps } from './deps.ts'
import { loadRuleGround } from './list-rules.ts'
import { notFound } from './request-error.ts'

export type HeldInput = {
  readonly integrationId: number
  /** Absent or null: all mapped tenants. */
  readonly tenantId?: number | null | undefined
}

export type HeldPreview = {
  /** To be named when opening. */
  readonly total: number
  /** While the integration is paused nothing can be opened. */
  readonly pausedUntil: Date | null
  readonly clients: readonly { readonly tenantId: number; readonly name: string; readonly count: number }[]
  readonly rules: readonly {
    readonly section: 'warning' | 'critical' | 'event-type'
    readonly key: string
    readonly title: string
    readonly count: number
  }[]
}

/** How many tickets `open-held` would open now with the present rules, by client and by rule. Throws `RequestError`. */
export async function previewHeld(deps: Deps, input: HeldInput): Promise<HeldPreview> {
  const integration = await deps.db
    .selectFrom('integrations')
    .select('paused_until')
    .where('id', '=', input.integrationId)
    .executeTakeFirst()
  if (integration === undefined) throw notFound('integration', input.integrationId)
  const ground = await loadRuleGround(deps, deps.pool, input.integrationId)
  const counts = await countHeld(deps.pool, input.integrationId, input.tenantId ?? null)
  const clients = Map.groupBy(counts, ({ tenantId }) => tenantId)
  const rules = Map.groupBy(counts, ({ section, key }) => `${section}/${key}`)
  const sum = (rows: readonly { count: number }[]) => rows.reduce((total, { count }) => total + count, 0)
  const now = deps.clock.now()
  const pausedUntil =
    integration.paused_until !== null && integration.paused_until > now ? integration.paused_until : null
  return {
    total: sum(counts),
    pausedUntil,
    clients: [...clients].map(([tenantId, rows]) => ({
      tenantId,
      name: rows[0]?.tenantName ?? '',
      count: sum(rows),
    })),
    rules: [...rules.values()].flatMap((rows) => {
      const [first] = rows
      if (first === undefined) return []
      const { section, key } = first
      const words = ground.places[section].get(key) ?? ground.words(section, key)
      return [{ section, key, title: words.title, count: sum(rows) }]
    }),
  }
}
