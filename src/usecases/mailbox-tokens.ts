import { createHash } from 'node:crypto'
import type { MailboxSettings } from '../channels/mail/settings.ts'
import type { AccessTokens } from '../channels/mailbox.ts'
import type { Deps } from './deps.ts'
import { fetchMailboxToken } from './fetch-mailbox-token.ts'

/** A token is not used so shortly before its end, in seconds: a look that begins with it must come to its own. */
const spareSeconds = 5 * 60

/** The tokens of the application that signs in at the mailbox: kept in memory, and fetched anew in time. */
export function mailboxTokens(
  deps: Pick<Deps, 'httpClient' | 'log' | 'clock' | 'tokenShelf'>,
  settings: MailboxSettings,
  signal: AbortSignal,
): AccessTokens {
  const key = shelfKey(settings)
  return {
    async get() {
      const now = deps.clock.now()
      const kept = deps.tokenShelf.get(key, now)
      if (kept !== null) return kept
      const { token, lifeSeconds } = await fetchMailboxToken(deps, settings, signal)
      deps.tokenShelf.put(key, token, new Date(now.getTime() + (lifeSeconds - spareSeconds) * 1_000), now)
      return token
    },
    drop: (token) => deps.tokenShelf.drop(key, token),
  }
}

/** The client secret is part of it: who enters another one gets nothing that was fetched with this one. */
function shelfKey({ sourceId, authority, tenant, clientId, password }: MailboxSettings): string {
  const whole = JSON.stringify([sourceId, authority, tenant, clientId, password])
  return createHash('sha256').update(whole).digest('base64')
}
