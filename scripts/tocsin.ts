// npm run tocsin -- config export
// npm run tocsin -- config import FILE [--dry-run]
// npm run tocsin -- verify-audit [--last-hash HASH]
// npm run tocsin -- user reset-password E-MAIL [--remove-second-factor]
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

const usage = `Usage: npm run --silent tocsin -- config export > FILE
       npm run tocsin -- config import FILE [--dry-run]
       npm run tocsin -- verify-audit [--last-hash HASH]
       npm run tocsin -- user reset-password E-MAIL [--remove-second-factor]`

/** The command line or the file is wrong; the text says how it should be. */
class UsageError extends Error {
  override readonly name = 'UsageError'
}

type Command =
  | { do: 'export' }
  | { do: 'import'; file: string; dryRun: boolean }
  | { do: 'verify-audit'; lastHash: string | undefined }
  | { do: 'reset-password'; person: string; removeSecondFactor: boolean }

const options = {
  'dry-run': { type: 'boolean' },
  'last-hash': { type: 'string' },
  'remove-second-factor': { type: 'boolean' },
} as const
type Option = keyof typeof options

function readCommandLine(argv: readonly string[]): Command {
  const { positionals, values } = parse(() => parseArgs({ args: [...argv], allowPositionals: true, options }))
  const mayHave = (name: string, words: number, ...allowed: Option[]) => {
    const other = (Object.keys(values) as Option[]).find((option) => !allowed.includes(option))
    if (positionals.length > words || other !== undefined) throw new UsageError(`${name} takes nothing more.`)
  }
  const [group, verb, subject] = positionals
  if (group === 'verify-audit') {
    mayHave('verify-audit', 1, 'last-hash')
    return { do: 'verify-audit', lastHash: values['last-hash'] }
  }
  if (group === 'user' && verb === 'reset-password') {
    if (subject === undefined) throw new UsageError('user reset-password takes the e-mail address of a person.')
    mayHave('user reset-password', 3, 'remove-second-factor')
    return { do: 'reset-password', person: subject, removeSecondFactor: values['remove-second-factor'] ?? false }
  }
  if (group === 'config' && verb === 'export') {
    if (subject !== undefined || Object.keys(values).length > 0)
      throw new UsageError('config export takes nothing more; it writes to standard output.')
    return { do: 'export' }
  }
  if (group !== 'config' || verb !== 'import') throw new UsageError('There is no such command.')
  if (subject === undefined || positionals.length > 3) throw new UsageError('config import takes one file.')
  mayHave('config import', 3, 'dry-run')
  return { do: 'import', file: subject, dryRun: values['dry-run'] ?? false }
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
  const document = command.do === 'import' ? await readYaml(command.file) : null
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
