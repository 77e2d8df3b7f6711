import { loadOidc } from '../db/oidc.ts'
import type { Deps } from './deps.ts'
import { type OidcSettingsView, oidcToView } from './oidc-settings.ts'

/** The provider people may sign in by, without its secret; null when there is none. */
export async function showOidc(deps: Pick<Deps, 'pool'>): Promise<OidcSettingsView | null> {
  const stored = await loadOidc(deps.pool)
  return stored === null ? null : oidcToView(stored)
}
