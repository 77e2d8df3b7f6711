import { ConnectorError } from '../connectors/failure.ts'
import { forgetSubjects, loadOidc, type StoredOidc, saveOidcRow } from '../db/oidc.ts'
import { lockPeople } from '../db/people.ts'
import { withTransaction } from '../db/transaction.ts'
import { OidcError } from '../lib/oidc.ts'
import { changedOnly } from './audit-words.ts'
import type { Deps } from './deps.ts'
import { mustLeaveAnAdministrator } from './last-administrator.ts'
import { type OidcSettingsView, oidcSecretPlace, oidcToView, type SaveOidc } from './oidc-settings.ts'
import { openOidcSecret, withProvider } from './open-oidc.ts'
import { connectionRefusal, invalidInput, RequestError } from './request-error.ts'
import { writeAudit } from './write-audit.ts'

/**
 * Saves the provider by which people may sign in, after asking it for its description. Another issuer knows nobody yet: all
 * are told by their verified address again. Throws `RequestError`; then nothing is changed.
 */
export async function saveOidc(deps: Deps, { check, clientSecret, ...input }: SaveOidc): Promise<OidcSettingsView> {
  const before = await loadOidc(deps.pool)
  const moved = before !== null && before.issuer !== input.issuer
  if (moved && clientSecret == null && before.clientSecret !== '') {
    const message = 'Enter the secret again, because the issuer changed.'
    throw invalidInput([{ field: 'clientSecret', message }])
  }
  const plain = clientSecret ?? (before === null ? '' : openOidcSecret(deps, before))
  if (check) await mustAnswer(deps, { ...input, clientSecret: '' }, plain)
  const now = deps.clock.now()
  const sealed = plain === '' ? '' : deps.box.seal(plain, oidcSecretPlace)
  const after: StoredOidc = { ...input, clientSecret: sealed }
  await withTransaction(deps.pool, async (client) => {
    await lockPeople(client)
    const present = await loadOidc(client, { lock: true })
    // The secret too: kept as it was read, it would undo the one that somebody else has just entered.
    if (present?.issuer !== before?.issuer || present?.clientSecret !== before?.clientSecret) throw savedMeanwhile()
    await saveOidcRow(client, after, now)
    if (moved) await forgetSubjects(client)
    await mustLeaveAnAdministrator(client)
    const secretWords = clientSecret == null ? {} : { clientSecret: clientSecret === '' ? '(none)' : '(changed)' }
    const shown = toAudit(after)
    const change = present === null ? { before: null, after: shown } : changedOnly(toAudit(present), shown)
    await writeAudit(deps, client, {
      action: 'save-oidc',
      subject: { kind: 'settings', id: 'oidc', name: input.name },
      before: change.before,
      after: { ...change.after, ...secretWords },
    })
  })
  deps.log.info({ issuer: input.issuer, checked: check }, 'sign-in by a provider saved')
  return oidcToView(after)
}

/** The whole provider but its secret. */
export function toAudit({ clientSecret: _secret, ...oidc }: StoredOidc): Record<string, unknown> {
  return oidc
}

async function mustAnswer(deps: Deps, oidc: StoredOidc, clientSecret: string): Promise<void> {
  try {
    await withProvider(deps, oidc, clientSecret, () => Promise.resolve())
  } catch (error) {
    if (error instanceof OidcError) throw new RequestError('check-failed', error.message, {}, { cause: error })
    if (error instanceof ConnectorError) throw connectionRefusal(error, 'check-failed')
    throw error
  }
}

function savedMeanwhile(): RequestError {
  return new RequestError('changed-meanwhile', 'Somebody else saved the provider meanwhile. Load the page again.')
}
