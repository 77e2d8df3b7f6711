import { isAnybodyThere } from '../db/people.ts'
import type { Deps } from './deps.ts'
import { secretDigest } from './session-life.ts'

/**
 * The set-up code: the same for all processes of an installation, without being stored in the database. It is derived from
 * the key for secrets, which nobody has who has not got the server in hand, and is worth nothing once there is a person.
 */
export function setupCodeOf(deps: Pick<Deps, 'box' | 'installation'>): string {
  return deps.box.derive(`set-up code of ${deps.installation}`).slice(0, 20)
}

export async function setupCodeDigest(deps: Deps): Promise<string> {
  return secretDigest(setupCodeOf(deps))
}

/** The code to be printed at the start; null once there is anybody. */
export async function pendingSetupCode(deps: Deps): Promise<string | null> {
  return (await isAnybodyThere(deps.pool)) ? null : setupCodeOf(deps)
}
