// Makes the console: the API client from docs/api/openapi.json, then the bundle in web/dist. `npm run build`.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@hey-api/openapi-ts'
import { build } from 'vite'
import { listFiles } from './project-files.ts'

const root = join(import.meta.dirname, '..')

/** Writes `web/api/generated` from the API's document. */
export async function writeClient(): Promise<void> {
  await createClient({
    input: join(root, 'docs/api/openapi.json'),
    output: join(root, 'web/api/generated'),
    plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
    logs: { level: 'silent' },
  })
}

/** Builds the console into `web/dist`. Throws with the bundler's words. */
export async function buildConsole(): Promise<void> {
  await writeClient()
  await build({ configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn' })
}

/** Whether `web/dist` is there and younger than everything it is made from. */
export function isConsoleBuilt(): boolean {
  const built = join(root, 'web/dist/index.html')
  if (!existsSync(built)) return false
  const { mtimeMs } = statSync(built)
  const sources = listFiles(root).filter(
    (file) => file.startsWith('web/') || file === 'docs/api/openapi.json' || file === 'package-lock.json',
  )
  return sources.every((file) => statSync(join(root, file)).mtimeMs <= mtimeMs)
}

if (import.meta.main) {
  const begun = performance.now()
  if (process.argv.includes('--client')) await writeClient()
  else await buildConsole()
  console.log(`built in ${((performance.now() - begun) / 1_000).toFixed(1)} s`)
}
