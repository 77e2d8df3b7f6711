import { lockSealedSecrets, replaceSealedSecret, type SealedSecret, saveSealedCheck } from '../db/sealed-secrets.ts'
import { lockOutServers } from '../db/server-lock.ts'
import type { Client } from '../db/sql.ts'
import { inTransactionOf } from '../db/transaction.ts'
import type { SecretBox } from '../lib/secret-box.ts'
import { channelSecretPlace } from './channel-settings.ts'
import type { Deps } from './deps.ts'
import { opensCheck, sealCheck } from './key-check.ts'
import { oidcSecretPlace } from './oidc-settings.ts'
import { secretPlace } from './open-connection.ts'
import { RequestError } from './request-error.ts'
import { signaturePlace } from './source-sender.ts'
import { totpPlace } from './totp.ts'
import { webhookSecretPlace, webhookUrlPlace } from './watch-settings.ts'
import { writeAudit } from './write-audit.ts'

/**
 * Seals every stored secret anew under another master key, in one transaction: killed anywhere, all of them are under the
 * one key or all under the other. Servers hold the key in memory, so it refuses while one is at work. `from` is the present
 * key; `to` is made, where it is to be, once nobody else is at work here: two that change the key at once would each write
 * theirs over the other's. Returns how many secrets there are. Throws `RequestError` (`in-use`) and `SecretBoxError` for one that cannot be opened.
 */
export async function rotateKey(
  deps: Pick<Deps, 'pool' | 'clock' | 'actor'>,
  { from, to }: { readonly from: SecretBox; readonly to: SecretBox | (() => Promise<SecretBox>) },
): Promise<number> {
  const client = await deps.pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    if (!(await lockOutServers(client))) throw running()
    await mustBeSealedWith(client, from)
    const next = typeof to === 'function' ? await to() : to
    return await inTransactionOf(client, async () => {
      const count = await resealAll(client, from, next)
      await writeAudit(deps, client, {
        action: 'rotate-key',
        subject: { kind: 'settings', id: 'key', name: 'Key for stored secrets' },
        before: null,
        after: { secrets: count },
      })
      return count
    })
  } finally {
    // Closed, not given back: the session holds the lock that keeps servers out.
    client.release(true)
  }
}

/** The same inside a transaction that is under way, with nobody else at work. */
export async function resealAll(client: Client, from: SecretBox, to: SecretBox): Promise<number> {
  await mustBeSealedWith(client, from)
  const secrets = await lockSealedSecrets(client)
  for (const secret of secrets) {
    const place = placeOf(secret)
    await replaceSealedSecret(client, secret, to.seal(from.open(secret.sealed, place), place))
  }
  await saveSealedCheck(client, sealCheck(to))
  return secrets.length
}

async function mustBeSealedWith(client: Client, box: SecretBox): Promise<void> {
  const { rows } = await client.query<{ check: string }>('select sealed_check as "check" from installation for update')
  // Whoever was quicker has sealed everything with a key that we do not know.
  if (!opensCheck(box, rows[0]?.check ?? '')) throw changedMeanwhile()
}

/** What each is bound to: the words of those who seal it. */
function placeOf(secret: SealedSecret): string {
  switch (secret.of) {
    case 'sources':
    case 'psas':
      return secretPlace(secret.of, secret.id, secret.field)
    case 'source-channels':
      return channelSecretPlace(secret.id, secret.field)
    case 'totp':
      return totpPlace(secret.id)
    case 'source-token':
      return signaturePlace(secret.id)
    case 'webhook-secret':
      return webhookSecretPlace
    case 'webhook-url':
      return webhookUrlPlace
    case 'oidc':
      return oidcSecretPlace
  }
}

function running(): RequestError {
  const message =
    'A Tocsin server is running on this database, with the present key in its memory. Stop every server process of this installation, on all machines, then change the key.'
  return new RequestError('in-use', message)
}

function changedMeanwhile(): RequestError {
  return new RequestError('changed-meanwhile', 'Somebody else has changed the key meanwhile. Nothing was changed now.')
}
