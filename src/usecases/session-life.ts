import { createHash } from 'node:crypto'
import type { Person } from '../db/people.ts'
import { insertSession } from '../db/sessions.ts'
import type { Sql } from '../db/sql.ts'
import type { Deps } from './deps.ts'

/** How long a session lives: idle, and at most (ASVS 5.0 7.3). */
const sessionIdleMs = 12 * 3_600_000
const sessionLongestMs = 30 * 86_400_000
const sessionOfDemoMs = 365 * 86_400_000

/** Where a request comes from, as its session remembers it. */
export type Visitor = { readonly address: string; readonly userAgent: string }

/** What is stored of a cookie, an invitation or a recovery code: they are random, so one round of SHA-256 is enough. */
export function secretDigest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Begins a session; gives the cookie's value, which is stored nowhere. */
export async function beginSession(
  deps: Deps,
  sql: Sql,
  person: Pick<Person, 'id'>,
  visitor: Visitor,
): Promise<string> {
  const now = deps.clock.now()
  const cookie = deps.ids.secret(32)
  const session = {
    personId: person.id,
    digest: secretDigest(cookie),
    csrf: deps.ids.secret(16),
    endsAt: new Date(now.getTime() + (deps.demo ? sessionOfDemoMs : sessionLongestMs)),
    address: visitor.address.slice(0, 100),
    userAgent: visitor.userAgent.slice(0, 300),
  }
  await insertSession(sql, session, now)
  return cookie
}

/** A session not seen since then is over. In the demo a month goes by in minutes, so there only its end counts. */
export function idleSince(deps: Pick<Deps, 'clock' | 'demo'>): Date {
  return new Date(deps.clock.now().getTime() - (deps.demo ? sessionOfDemoMs : sessionIdleMs))
}
