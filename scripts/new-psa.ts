// npm run new-psa -- <id> "<Name>": writes the folder, the emulator and the contract's world of a new ticket desk from
// scripts/psa-template, and adds its line to the registry and to the list of emulators.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const templates = join(import.meta.dirname, 'psa-template')

/** The words that stand for the new desk in the templates. */
type Desk = { readonly id: string; readonly name: string }

/** Where each template goes that does not go into the connector's folder under its own name. */
function placeOf(template: string, id: string): string {
  const file = template.replace(/\.txt$/, '')
  if (file === 'world.ts') return `test/contracts/${id}-world.ts`
  if (file === 'emulator-main.ts') return `emulators/${id}/main.ts`
  if (file === 'emulator-readme.md') return `emulators/${id}/README.md`
  if (file === 'contract.test.ts') return `src/connectors/psa/${id}/${id}.contract.test.ts`
  return `src/connectors/psa/${id}/${file}`
}

function camel(id: string): string {
  return id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** Writes a new desk into the project at `root`, and gives the files. Throws with words that say what to do. */
export function writeNewPsa(root: string, { id, name }: Desk): readonly string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
    throw new Error(`The id must be lower case letters, digits and single hyphens, such as "halo-psa", not "${id}".`)
  }
  if (!/^[\p{L}\p{N}][\p{L}\p{N} .&+-]*$/u.test(name)) throw new Error('The name must be letters, digits and spaces.')
  const files = readdirSync(templates).map((template) => ({ template, path: placeOf(template, id) }))
  const taken = files.find(({ path }) => existsSync(join(root, path)))
  if (taken !== undefined) throw new Error(`${taken.path} is there already: choose another id.`)
  const words = { id, vendor: camel(id), Vendor: capital(camel(id)), Name: name }
  const vendor = words.vendor
  const lines = [
    {
      path: 'src/connectors/registry.ts',
      after: /(?=import type \{ PsaConnector \})/,
      text: `import { ${vendor} } from './psa/${id}/index.ts'\n`,
    },
    { path: 'src/connectors/registry.ts', after: /(?<=psaConnectors[^\n]*\n)/, text: `  ${vendor} as PsaConnector,\n` },
    {
      path: 'scripts/emulator.ts',
      after: /(?<=vendors: Record[^\n]*\n)/,
      text: `  '${id}': async () => (await import('../emulators/${id}/main.ts')).start${words.Vendor}Emulator,\n`,
    },
  ]
  for (const { path, after } of lines) {
    if (!after.test(readFileSync(join(root, path), 'utf8')))
      throw new Error(`${path} has no place for the line any more.`)
  }
  for (const { template, path } of files) {
    const text = readFileSync(join(templates, template), 'utf8').replace(
      /%(id|vendor|Vendor|Name)%/g,
      (_, word: keyof typeof words) => words[word],
    )
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const { path, after, text } of lines) {
    const file = join(root, path)
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(after, () => text),
    )
  }
  return [...files.map(({ path }) => path), ...new Set(lines.map(({ path }) => path))]
}

if (import.meta.main) {
  const [id, name, ...more] = process.argv.slice(2)
  const root = join(import.meta.dirname, '..')
  try {
    if (id === undefined || name === undefined || more.length > 0) {
      throw new Error('Usage: npm run new-psa -- <id> "<Name>", for example: npm run new-psa -- acme-desk "Acme Desk"')
    }
    const files = writeNewPsa(root, { id, name })
    process.stdout.write(`${files.map((file) => `  ${file}`).join('\n')}\n\nNext: npm run format, then\n`)
    process.stdout.write(
      `  npm test -- src/connectors/psa/${id}\nIts failures say what is still to be written; docs/CONNECTORS.md says how.\n`,
    )
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
