import { ensureInstallation } from '../db/installation.ts'
import type { Sql } from '../db/sql.ts'
import type { Clock } from '../lib/clock.ts'
import type { Ids } from '../lib/ids.ts'
import { formerKeys, keyFile, promoteNextKey, readKey, readNextKey, writeFirstKey } from '../lib/key-file.ts'
import type { Log } from '../lib/log.ts'
import { createSecretBox, type SecretBox, SecretBoxError } from '../lib/secret-box.ts'
import { opensCheck, sealCheck } from './key-check.ts'

export type FindBox = {
  /** TOCSIN_SECRET; null: the key is a file in the data folder. */
  readonly secret: string | null
  readonly dataFolder: string
}

type FindDeps = { readonly pool: Sql; readonly clock: Clock; readonly ids: Ids; readonly log: Log }

/**
 * The installation's name and the box with the key that its secrets are sealed with. A change of the key that was cut off
 * after the database had it is brought to its end. Throws `SecretBoxError` for another key: no stored secret could be
 * opened with it, and new ones could be opened by nobody else.
 */
export async function findBox(
  deps: FindDeps,
  { secret, dataFolder }: FindBox,
): Promise<{ readonly installation: string; readonly box: SecretBox }> {
  const box = createSecretBox(secret ?? (await keptKey(deps, dataFolder)))
  const fresh = { name: deps.ids.secret(5), sealedCheck: sealCheck(box) }
  const { name: installation, sealedCheck } = await ensureInstallation(deps.pool, fresh, deps.clock.now())
  if (opensCheck(box, sealedCheck)) return { installation, box }
  if (secret !== null) throw otherKey()
  // Also the present one once more: another process may have come to the end of the change meanwhile. And those of before: one
  // that came to the end of an older change too late has put the key of that in the place of a newer one.
  for (const key of [readNextKey(dataFolder), readKey(dataFolder), ...(await formerKeys(dataFolder))]) {
    if (key === null) continue
    const found = createSecretBox(key)
    if (!opensCheck(found, sealedCheck)) continue
    await promoteNextKey(dataFolder, key, deps.clock.now())
    deps.log.info({ path: keyFile(dataFolder) }, 'a change of the key that was cut off is now complete')
    return { installation, box: found }
  }
  throw otherKey()
}

/** The key in the data folder: made once. */
export async function keptKey({ ids, log }: Pick<FindDeps, 'ids' | 'log'>, dataFolder: string): Promise<string> {
  const known = readKey(dataFolder)
  if (known !== null) return known
  const key = ids.secret(32)
  await writeFirstKey(dataFolder, key)
  log.info({ path: keyFile(dataFolder) }, 'made a key for stored secrets; keep a copy with your back-ups')
  return key
}

/** What is wrong when the key was changed since this box was found; null when it was not. */
export async function whyUnfit(sql: Sql, box: SecretBox): Promise<SecretBoxError | null> {
  const { rows } = await sql.query<{ check: string }>('select sealed_check as "check" from installation')
  return opensCheck(box, rows[0]?.check ?? '') ? null : otherKey()
}

function otherKey(): SecretBoxError {
  return new SecretBoxError(
    'TOCSIN_SECRET is not the key with which the secrets in this database were sealed. Start with that key: it was given as TOCSIN_SECRET or stands in the file “secret” of the data folder of the first process.',
  )
}
