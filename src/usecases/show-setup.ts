import { loadSetup, type SetupRow } from '../db/setup.ts'
import type { Deps } from './deps.ts'
import { drillConnector, ownConnector } from './own-sources.ts'

/** In their order; each needs those before it. */
export type SetupStep = 'source' | 'psa' | 'pair' | 'map' | 'rules' | 'try'

export type SetupView = SetupRow & {
  /** The first step that is not done; null: Tocsin is set up. */
  readonly next: SetupStep | null
}

/** Where the set-up stands. Nothing is kept about it: it follows from what there is, whoever made it and how. */
export async function showSetup(deps: Pick<Deps, 'pool'>): Promise<SetupView> {
  const row = await loadSetup(deps.pool, [ownConnector, drillConnector])
  const done: Readonly<Record<SetupStep, boolean>> = {
    source: row.sourceId !== null,
    psa: row.psaId !== null,
    pair: row.integrationId !== null,
    map: row.mapped > 0,
    rules: row.rulesOn > 0,
    try: row.proven,
  }
  const steps = Object.keys(done) as SetupStep[]
  return { ...row, next: steps.find((step) => !done[step]) ?? null }
}
