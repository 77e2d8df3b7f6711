// npm run tocsin -- config export
// npm run tocsin -- config import FILE [--dry-run]
// npm run tocsin -- backup FILE
// npm run tocsin -- restore FILE [--replace] [--yes] [--forget-secrets] [--silent-minutes N]
// Administration from the command line, on the database of this configuration; a server may be running or not.
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { parseDocument, stringify } from 'yaml'
import type { App } from '../src/app.ts'
import { type Config, readConfig } from '../src/config.ts'
import { EmbeddedPostgresError } from '../src/db/embedded/embedded-postgres-error.ts'
import { reachEmbeddedPostgres } from '../src/db/embedded/reach.ts'
import { createLog } from '../src/lib/pino-log.ts'
import { changeLine } from '../src/usecases/config-diff.ts'
import { exportConfig } from '../src/usecases/export-config.ts'
import { importConfig } from '../src/usecases/import-config.ts'
import { RequestError } from '../src/usecases/request-error.ts'
import type { RestoreCommand } from './backup-commands.ts'

const usage = `Usage: npm run --silent tocsin -- config export > FILE
       npm run tocsin -- config import FILE [--dry-run]
       npm run tocsin -- backup FILE
       npm run tocsin -- restore FILE [--replace] [--yes] [--forget-secrets] [--silent-minutes N]`

/** The command line or the file is wrong; the text says how it should be. */
class UsageError extends Error {
  override readonly name = 'UsageError'
}

type Command =
  | { do: 'export' }
  | { do: 'import'; file: string; dryRun: boolean }
  | { do: 'backup'; file: string }
  | ({ do: 'restore' } & RestoreCommand)

const options = {
  'dry-run': { type: 'boolean' },
  replace: { type: 'boolean' },
  yes: { type: 'boolean' },
  'forget-secrets': { type: 'boolean' },
  'silent-minutes': { type: 'string' },
} as const

/** Which options go with which command. */
const optionsOf: Readonly<Record<Command['do'], readonly (keyof typeof options)[]>> = {
  export: [],
  import: ['dry-run'],
  backup: [],
  restore: ['replace', 'yes', 'forget-secrets', 'silent-minutes'],
}

function readCommandLine(argv: readonly string[]): Command {
  const { positionals, values } = parse(() => parseArgs({ args: [...argv], allowPositionals: true, options }))
  const [group, ...others] = positionals
  const [verb, ...files] = group === 'config' ? others : positionals
  if (verb !== 'backup' && verb !== 'restore' && (group !== 'config' || (verb !== 'export' && verb !== 'import'))) {
    throw new UsageError('There is no such command.')
  }
  const [file, ...more] = files
  const name = group === 'config' ? `config ${verb}` : verb
  const strange = Object.keys(values).find((option) => !optionsOf[verb].includes(option as keyof typeof options))
  if (strange !== undefined) throw new UsageError(`${name} takes no --${strange}.`)
  if (verb === 'export') {
    if (file === undefined) return { do: 'export' }
    throw new UsageError('config export takes nothing more; it writes to standard output.')
  }
  if (file === undefined || more.length > 0) throw new UsageError(`${name} takes one file.`)
  if (verb === 'import') return { do: 'import', file, dryRun: values['dry-run'] ?? false }
  if (verb === 'backup') return { do: 'backup', file }
  const { replace = false, yes = false, 'forget-secrets': forgetSecrets = false } = values
  return { do: 'restore', file, replace, yes, forgetSecrets, silentMinutes: readMinutes(values['silent-minutes']) }
}

function readMinutes(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new UsageError(`--silent-minutes takes a whole number, not “${text}”.`)
}

function parse<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** The app on this configuration's database; on the one that a running Tocsin keeps, when there is one. */
async function openApp(config: Config): Promise<App> {
  // What is asked for goes to standard output, and that must stay free of anything else.
  const log = createLog('silent')
  // Loaded only now, so that a wrong command line is answered at once.
  const { createApp } = await import('../src/app.ts')
  try {
    return await createApp({ config, log })
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError) || error.code !== 'locked') throw error
    return createApp({ config: { ...config, databaseUrl: await reachEmbeddedPostgres(config.dataFolder) }, log })
  }
}

async function readYaml(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  })
  const document = parseDocument(text, { prettyErrors: true })
  const [error] = document.errors
  if (error !== undefined) throw new UsageError(`${file} is not YAML: ${error.message}`)
  return document.toJS()
}

async function runImport(app: App, config: unknown, dryRun: boolean): Promise<void> {
  const { changes, secretsToEnter } = await importConfig(app.deps, { config, dryRun })
  for (const change of changes) print(changeLine(change))
  if (changes.length === 0) print('Nothing differs.')
  else print(`${changes.length} ${changes.length === 1 ? 'value' : 'values'} ${dryRun ? 'would change' : 'changed'}.`)
  for (const { table, connection, field, title } of secretsToEnter) {
    const kind = table === 'sources' ? 'source' : 'PSA'
    print(`Enter this secret: ${kind} “${connection}”, ${title} (${field}).`)
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function run(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2))
  if (command.do === 'backup' || command.do === 'restore') {
    // Loaded only now, so that a wrong command line is answered at once.
    const { runBackup, runRestore } = await import('./backup-commands.ts')
    return command.do === 'backup' ? runBackup(readConfig(), command.file) : runRestore(readConfig(), command)
  }
  const document = command.do === 'import' ? await readYaml(command.file) : null
  const app = await openApp(readConfig())
  try {
    if (command.do === 'import') return await runImport(app, document, command.dryRun)
    process.stdout.write(stringify(await exportConfig(app.deps), { lineWidth: 0 }))
  } finally {
    await app.stop()
  }
}

run().catch((error: unknown) => {
  const errors = error instanceof RequestError ? (error.facts.errors ?? []) : []
  const text = error instanceof Error ? error.message : String(error)
  const lines = errors.length > 0 ? errors.map(({ field, message }) => `${field}: ${message}`) : [text]
  process.stderr.write(`${lines.join('\n')}\n${error instanceof UsageError ? `${usage}\n` : ''}`)
  process.exitCode = error instanceof UsageError ? 2 : 1
})
