// Makes the console: the API client from docs/api/openapi.json, then the bundle in web/dist. `npm run build`.
import { join } from 'node:path'
import { createClient } from '@hey-api/openapi-ts'
import { build } from 'vite'

const root = join(import.meta.dirname, '..')

/** Writes `web/api/generated` from the API's document. */
async function writeClient(): Promise<void> {
  await createClient({
    input: join(root, 'docs/api/openapi.json'),
    output: join(root, 'web/api/generated'),
    plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
    logs: { level: 'silent' },
  })
}

// A test runner says otherwise to all that it starts, and the bundle would carry React's tools for developers.
process.env.NODE_ENV = 'production'
const begun = performance.now()
await writeClient()
// `--client`: no more than what the types of the console need.
if (!process.argv.includes('--client')) {
  await build({ configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn' })
}
console.log(`built in ${((performance.now() - begun) / 1_000).toFixed(1)} s`)
