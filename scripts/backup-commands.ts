// npm run tocsin -- backup FILE
// npm run tocsin -- restore FILE [--replace] [--yes] [--forget-secrets] [--silent-minutes N]
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import type { Config } from '../src/config.ts'
import { psaConnectors } from '../src/connectors/registry.ts'
import { connect } from '../src/db/connect.ts'
import { EmbeddedPostgresError } from '../src/db/embedded/embedded-postgres-error.ts'
import { reachEmbeddedPostgres } from '../src/db/embedded/reach.ts'
import { startEmbeddedPostgres } from '../src/db/embedded/start-embedded-postgres.ts'
import type { Connections } from '../src/db/sql.ts'
import { systemClock } from '../src/lib/clock.ts'
import { systemIds } from '../src/lib/ids.ts'
import { formerKeys, keyFile } from '../src/lib/key-file.ts'
import { createLog } from '../src/lib/pino-log.ts'
import { createSecretBox } from '../src/lib/secret-box.ts'
import { backup } from '../src/usecases/backup.ts'
import { BackupError } from '../src/usecases/backup-error.ts'
import { keptKey } from '../src/usecases/find-box.ts'
import { type Inspected, inspectRestore, type Restore, restore } from '../src/usecases/restore.ts'

export type RestoreCommand = Required<Pick<Restore, 'file' | 'replace' | 'forgetSecrets'>> & {
  readonly yes: boolean
  readonly silentMinutes: number | undefined
}

// What is asked for may go to standard output, and that must stay free of anything else.
const log = createLog('silent')

/** Copies the database of this configuration into a file, or to standard output (`-`); a server may be running or not. */
export async function runBackup(config: Config, file: string): Promise<void> {
  const postgres = join(resolve(config.dataFolder), 'postgres')
  if (config.databaseUrl === null && !existsSync(postgres)) {
    const message = `There is no database in ${postgres}. Name the data folder with TOCSIN_DATA, or the database with DATABASE_URL.`
    throw new BackupError('never-used', message)
  }
  await withDatabase(config, 'beside', async (pool) => {
    const to = file === '-' ? process.stdout : resolve(file)
    const { header, rows, bytes } = await backup({ pool, clock: systemClock }, { to, tocsin: version() })
    const size = bytes === null ? '' : `, ${(bytes / 1_000_000).toFixed(1)} MB`
    say(
      `Copied ${rows} rows of ${header.tables.length} tables as of ${header.takenAt} to ${file === '-' ? 'standard output' : to}${size}.`,
    )
    say(keyWords(config))
  })
}

function keyWords(config: Config): string {
  const place = config.secret === null ? `the file ${resolve(keyFile(config.dataFolder))}` : 'TOCSIN_SECRET'
  return `Passwords in it stay sealed, and their key is not in it: keep ${place} safe in another place.`
}

/** Puts a copy in the place of the database of this configuration. */
export async function runRestore(config: Config, command: RestoreCommand): Promise<void> {
  const { file, forgetSecrets, replace, silentMinutes } = command
  await withDatabase(config, 'alone', async (pool) => {
    const box = createSecretBox(await keyOf(config, forgetSecrets))
    const formerBoxes = (await formerKeys(config.dataFolder)).map(createSecretBox)
    const deps = { pool, box, formerBoxes, clock: systemClock, psas: psaConnectors }
    const inspected = await inspectRestore(deps, { file, forgetSecrets })
    if (!(await agrees(inspected, command))) return say('Nothing was changed.')
    const silent = silentMinutes === undefined ? {} : { silentMinutes }
    const done = await restore(deps, { file, replace, forgetSecrets, ...silent })
    say(`Restored ${done.rows} rows as of ${done.header.takenAt}.`)
    if (done.migrated.length > 0) say(`Brought up to date: ${done.migrated.join(', ')}.`)
    if (done.secretsToEnter > 0) say(`Enter the secrets of ${done.secretsToEnter} connections again.`)
    if (done.restingDesks > 0) {
      say(
        `Nothing here tells how often ${done.restingDesks === 1 ? 'the desk was' : 'the desks were'} called in the last hour, so nothing is sent for an hour. If all servers were off for longer, restore again with --silent-minutes.`,
      )
    }
    say('Start Tocsin: it asks the desks what has happened since, before it opens or closes anything.')
  })
}

/** A machine without a key gets none by asking: the right one is to be brought. */
async function keyOf(config: Config, forgetSecrets: boolean): Promise<string> {
  if (config.secret !== null) return config.secret
  if (!forgetSecrets && !existsSync(keyFile(config.dataFolder))) return systemIds.secret(32)
  return keptKey({ ids: systemIds, log }, config.dataFolder)
}

async function agrees({ header, present }: Inspected, { replace, yes }: RestoreCommand): Promise<boolean> {
  say(`The copy is of ${header.takenAt}, by Tocsin ${header.tocsin}, of the installation ${header.installation}.`)
  if (present === null) return true
  const seen = present.lastSeenAt === null ? '' : ` It was at work last at ${present.lastSeenAt.toISOString()}.`
  const other = present.installation === header.installation ? '' : ' IT IS ANOTHER INSTALLATION.'
  say(
    `The database now holds ${present.connections} ${present.connections === 1 ? 'connection' : 'connections'} and ${present.tickets} tickets, ${present.openTickets} of them open.${seen}${other} All settings, rules and history since the copy would be lost.`,
  )
  if (!replace)
    throw new BackupError('not-empty', 'To give that up, say --replace. A back-up of it first is never wrong.')
  if (yes) return true
  if (!process.stdin.isTTY) throw new BackupError('not-empty', 'Nobody can be asked here: say --replace --yes.')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question('Replace it? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}

/** `beside`: a server may be at work. The schema is left as it is. */
async function withDatabase(
  config: Config,
  how: 'beside' | 'alone',
  work: (pool: Connections) => Promise<void>,
): Promise<void> {
  const { url, stop } = await openDatabase(config, how)
  try {
    const connection = await connect({ url, applicationName: `tocsin ${how === 'beside' ? 'backup' : 'restore'}`, log })
    await work(connection.pool).finally(() => connection.close())
  } finally {
    await stop()
  }
}

async function openDatabase(config: Config, how: 'beside' | 'alone'): Promise<{ url: string; stop(): Promise<void> }> {
  const { databaseUrl, dataFolder } = config
  const stop = () => Promise.resolve()
  if (databaseUrl !== null) return { url: databaseUrl, stop }
  try {
    return await startEmbeddedPostgres({ dataFolder, log })
  } catch (error) {
    if (how === 'alone' || !(error instanceof EmbeddedPostgresError) || error.code !== 'locked') throw error
    return { url: await reachEmbeddedPostgres(dataFolder), stop }
  }
}

function version(): string {
  const file = fileURLToPath(new URL('../package.json', import.meta.url))
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** Standard output may be the copy itself. */
function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
