import { saveRetentionAges } from '../db/retention-settings.ts'
import type { Client } from '../db/sql.ts'
import { withTransaction } from '../db/transaction.ts'
import { type ConfigChange, diffConfig } from './config-diff.ts'
import { ConfigFile } from './config-file.ts'
import type { Deps } from './deps.ts'
import { exportConfig } from './export-config.ts'
import { writeChannels } from './import-channels.ts'
import { type MissingSecret, writeConnections } from './import-connections.ts'
import { removeOthers, writeIntegrations } from './import-integrations.ts'
import { issuesToFields, sayIssue } from './input-words.ts'
import { invalidInput } from './request-error.ts'
import { judgeRetention } from './retention-words.ts'
import { writeAudit } from './write-audit.ts'

export type ImportConfig = {
  /** The document as it was parsed from the file. */
  readonly config: unknown
  /** True changes nothing and says what would change. */
  readonly dryRun: boolean
}

export type ConfigImported = {
  readonly changes: readonly ConfigChange[]
  /** What a person must enter in the console before these connections work. */
  readonly secretsToEnter: readonly MissingSecret[]
}

/**
 * Makes the stored settings those of the document, all or nothing; importing it again changes nothing. Secrets are left as they
 * are, and no vendor is asked: accounts are taken as they stand. Throws `RequestError` naming all that is wrong.
 */
export async function importConfig(deps: Deps, input: ImportConfig): Promise<ConfigImported> {
  const parsed = ConfigFile.safeParse(input.config, { error: sayIssue })
  if (!parsed.success) throw invalidInput(issuesToFields(parsed.error.issues))
  try {
    const imported = await withTransaction(deps.pool, async (client) => {
      const done = await write(deps, client, parsed.data)
      if (input.dryRun) throw new DryRun(done)
      return done
    })
    deps.log.info({ changes: imported.changes.length }, 'config imported')
    return imported
  } catch (error) {
    if (error instanceof DryRun) return error.imported
    throw error
  }
}

/** Takes a dry run back: it has done everything, in a transaction that must not be kept. */
class DryRun extends Error {
  readonly imported: ConfigImported

  constructor(imported: ConfigImported) {
    super('dry run')
    this.imported = imported
  }
}

/** One import at a time; the number only has to differ from other locks in this database. */
const importLock = 1_416_586_100

async function write(deps: Deps, client: Client, file: ConfigFile): Promise<ConfigImported> {
  await client.query('select pg_advisory_xact_lock($1)', [importLock])
  const before = await exportConfig(deps, client)
  const now = deps.clock.now()
  const secretsToEnter = [
    ...(await writeConnections(deps, client, 'sources', file.sources ?? [], now)),
    ...(await writeConnections(deps, client, 'psas', file.psas ?? [], now)),
  ]
  if (file.integrations !== undefined) await writeIntegrations(deps, client, file.integrations, now)
  await removeOthers(client, file)
  secretsToEnter.push(...(await writeChannels(deps, client, file.sources ?? [], now)))
  if (file.retention !== undefined) {
    // Last, since the rules of the same document decide how long events must be kept.
    const issues = await judgeRetention(client, file.retention, 'retention.')
    if (issues.length > 0) throw invalidInput(issues)
    await saveRetentionAges(client, file.retention, now)
  }
  const changes = diffConfig(before, await exportConfig(deps, client))
  if (changes.length > 0) await tell(deps, client, changes)
  return { changes, secretsToEnter }
}

/** Every value that is other than before, by its place in the document. */
async function tell(deps: Deps, client: Client, changes: readonly ConfigChange[]): Promise<void> {
  const side = (which: 'before' | 'after') =>
    Object.fromEntries(
      changes.flatMap((change) => (change[which] === undefined ? [] : [[change.place, change[which]]])),
    )
  const subject = { kind: 'config', id: deps.installation, name: 'all settings' }
  const entry = { action: 'import-config', subject, before: side('before'), after: side('after') }
  await writeAudit(deps, client, entry)
}
