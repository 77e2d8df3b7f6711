import { checkSession } from '../src/usecases/check-session.ts'
import { createFirstAdministrator } from '../src/usecases/create-first-administrator.ts'
import type { Deps } from '../src/usecases/deps.ts'
import { setupCodeOf } from '../src/usecases/setup-code.ts'
import { signOut } from '../src/usecases/sign-out.ts'

/** Who may sign in at the demo's console. */
export type DemoPerson = { readonly name: string; readonly email: string; readonly password: string }

/** Makes the demo's administrator, with a password of its own each time. */
export async function createDemoPerson(deps: Deps): Promise<DemoPerson> {
  const person = { name: 'Dana Demo', email: 'demo@example.com', password: deps.ids.secret(10) }
  const visitor = { address: '127.0.0.1', userAgent: 'demo' }
  const { cookie } = await createFirstAdministrator(deps, { ...person, setupCode: setupCodeOf(deps), visitor })
  // It came in by being made; people sign in by themselves.
  const session = await checkSession(deps, cookie)
  await signOut(deps, { sessionId: session?.id ?? null })
  return person
}
