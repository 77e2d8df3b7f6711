// npm run tocsin -- config export
// npm run tocsin -- config import FILE [--dry-run]
// npm run tocsin -- verify-audit [--last-hash HASH]
// npm run tocsin -- user reset-password E-MAIL [--remove-second-factor]
// npm run tocsin -- rotate-key
// npm run tocsin -- backup FILE
// npm run tocsin -- restore FILE [--replace] [--yes] [--forget-secrets] [--silent-minutes N]
// Administration from the command line, on the database of this configuration; a server may be running or not.
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { parseDocument, stringify } from 'yaml'
import type { App } from '../src/app.ts'
import { type Config, readConfig } from '../src/config.ts'
import { EmbeddedPostgresError } from '../src/db/embedded/embedded-postgres-error.ts'
import { reachEmbeddedPostgres } from '../src/db/embedded/reach.ts'
import { createLog } from '../src/lib/pino-log.ts'
import { changeLine } from '../src/usecases/config-diff.ts'
import type { Deps } from '../src/usecases/deps.ts'
import { exportConfig } from '../src/usecases/export-config.ts'
import { importConfig } from '../src/usecases/import-config.ts'
import { RequestError } from '../src/usecases/request-error.ts'
import { findPerson, resetPassword } from '../src/usecases/reset-password.ts'
import { verifyAudit } from '../src/usecases/verify-audit.ts'
import { askPassword } from './ask-password.ts'
import type { RestoreCommand } from './backup-commands.ts'

const usage = `Usage: npm run --silent tocsin -- config export > FILE
       npm run tocsin -- config import FILE [--dry-run]
       npm run tocsin -- backup FILE
       npm run tocsin -- restore FILE [--replace] [--yes] [--forget-secrets] [--silent-minutes N]
       npm run tocsin -- verify-audit [--last-hash HASH]
       npm run tocsin -- rotate-key
       npm run tocsin -- user reset-password E-MAIL [--remove-second-factor]`

/** The command line or the file is wrong; the text says how it should be. */
class UsageError extends Error {
  override readonly name = 'UsageError'
}

type Command =
  | { do: 'export' }
  | { do: 'import'; file: string; dryRun: boolean }
  | { do: 'backup'; file: string }
  | ({ do: 'restore' } & RestoreCommand)
  | { do: 'verify-audit'; lastHash: string | undefined }
  | { do: 'rotate-key' }
  | { do: 'reset-password'; person: string; removeSecondFactor: boolean }

const options = {
  'dry-run': { type: 'boolean' },
  replace: { type: 'boolean' },
  yes: { type: 'boolean' },
  'forget-secrets': { type: 'boolean' },
  'silent-minutes': { type: 'string' },
  'last-hash': { type: 'string' },
  'remove-second-factor': { type: 'boolean' },
} as const
type Option = keyof typeof options

/** Which options go with which command. */
const optionsOf: Readonly<Record<Command['do'], readonly Option[]>> = {
  export: [],
  import: ['dry-run'],
  backup: [],
  restore: ['replace', 'yes', 'forget-secrets', 'silent-minutes'],
  'verify-audit': ['last-hash'],
  'rotate-key': [],
  'reset-password': ['remove-second-factor'],
}

/** Words of the command line by command; a file or a person may follow. */
const commands: readonly (readonly [words: string, command: Command['do']])[] = [
  ['config export', 'export'],
  ['config import', 'import'],
  ['backup', 'backup'],
  ['restore', 'restore'],
  ['verify-audit', 'verify-audit'],
  ['rotate-key', 'rotate-key'],
  ['user reset-password', 'reset-password'],
]

function readCommandLine(argv: readonly string[]): Command {
  const { positionals, values } = parse(() => parseArgs({ args: [...argv], allowPositionals: true, options }))
  const said = positionals.join(' ')
  const found = commands.find(([words]) => said === words || said.startsWith(`${words} `))
  if (found === undefined) throw new UsageError('There is no such command.')
  const [name, command] = found
  const [subject, ...more] = positionals.slice(name.split(' ').length)
  const strange = (Object.keys(values) as Option[]).find((option) => !optionsOf[command].includes(option))
  if (strange !== undefined) throw new UsageError(`${name} takes no --${strange}.`)
  if (command === 'rotate-key') {
    if (subject === undefined) return { do: command }
    throw new UsageError('rotate-key takes nothing more; a new TOCSIN_SECRET is read from standard input.')
  }
  if (command === 'export' || command === 'verify-audit') {
    const where = command === 'export' ? '; it writes to standard output' : ''
    if (subject !== undefined) throw new UsageError(`${name} takes nothing more${where}.`)
    return command === 'export' ? { do: 'export' } : { do: 'verify-audit', lastHash: values['last-hash'] }
  }
  if (command === 'reset-password') {
    const removeSecondFactor = values['remove-second-factor'] ?? false
    if (subject !== undefined && more.length === 0) return { do: command, person: subject, removeSecondFactor }
    throw new UsageError('user reset-password takes the e-mail address of a person.')
  }
  if (subject === undefined || more.length > 0) throw new UsageError(`${name} takes one file.`)
  if (command === 'import') return { do: 'import', file: subject, dryRun: values['dry-run'] ?? false }
  if (command === 'backup') return { do: 'backup', file: subject }
  const { replace = false, yes = false, 'forget-secrets': forgetSecrets = false } = values
  const silentMinutes = readMinutes(values['silent-minutes'])
  return { do: 'restore', file: subject, replace, yes, forgetSecrets, silentMinutes }
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

async function runImport(deps: Deps, config: unknown, dryRun: boolean): Promise<void> {
  const { changes, secretsToEnter } = await importConfig(deps, { config, dryRun })
  for (const change of changes) print(changeLine(change))
  if (changes.length === 0) print('Nothing differs.')
  else print(`${changes.length} ${changes.length === 1 ? 'value' : 'values'} ${dryRun ? 'would change' : 'changed'}.`)
  for (const { table, connection, field, title } of secretsToEnter) {
    const kind = table === 'sources' ? 'source' : 'PSA'
    print(`Enter this secret: ${kind} “${connection}”, ${title} (${field}).`)
  }
}

/** A chain that does not hold, or that has lost its end, is an error of the command too. */
async function runVerifyAudit(deps: Deps, lastHash: string | undefined): Promise<void> {
  const { rows, lastHash: present, broken } = await verifyAudit(deps, { keptHash: lastHash })
  if (broken !== null) throw new Error(`The audit log was tampered with. ${broken.words}`)
  print(`${rows} ${rows === 1 ? 'row' : 'rows'}: the chain holds. Hash of the last one: ${present}`)
  if (lastHash === undefined)
    print('Keep it elsewhere: given as --last-hash later, it proves that nothing was cut off.')
}

async function runResetPassword(deps: Deps, person: string, removeSecondFactor: boolean): Promise<void> {
  const { email } = await findPerson(deps, person)
  const password = await askPassword(email)
  await resetPassword(deps, { person: email, password, removeSecondFactor })
  print(`${email} has a new password, and is signed out everywhere.`)
}

async function beginKeyChange(config: Config): Promise<(deps: Deps) => Promise<readonly string[]>> {
  const { runRotateKey } = await import('./key-commands.ts')
  return runRotateKey(config)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Who stands in the audit log. */
function whoAmI(): string {
  try {
    return userInfo().username
  } catch {
    // In a container the user often has no name.
    return `user ${process.getuid?.() ?? 'without a name'}`
  }
}

async function run(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2))
  if (command.do === 'backup' || command.do === 'restore') {
    // Loaded only now, so that a wrong command line is answered at once.
    const { runBackup, runRestore } = await import('./backup-commands.ts')
    return command.do === 'backup' ? runBackup(readConfig(), command.file) : runRestore(readConfig(), command)
  }
  const document = command.do === 'import' ? await readYaml(command.file) : null
  // Opening the database may bring a change of the key to its end that was cut off.
  const keyChange = command.do === 'rotate-key' ? await beginKeyChange(readConfig()) : null
  const app = await openApp(readConfig())
  const deps = { ...app.deps, actor: { kind: 'command', id: null, name: whoAmI() } as const }
  try {
    switch (command.do) {
      case 'import':
        return await runImport(deps, document, command.dryRun)
      case 'export':
        process.stdout.write(stringify(await exportConfig(deps), { lineWidth: 0 }))
        return
      case 'verify-audit':
        return await runVerifyAudit(deps, command.lastHash)
      case 'rotate-key':
        for (const line of (await keyChange?.(deps)) ?? []) print(line)
        return
      case 'reset-password':
        return await runResetPassword(deps, command.person, command.removeSecondFactor)
    }
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
