/** Writes `docs/api/openapi.json` anew from the routes: `node scripts/write-openapi.ts`, after changing one. */
import { mkdir, writeFile } from 'node:fs/promises'
import { openapiDocument } from '../src/http/openapi-document.ts'

const folder = new URL('../docs/api/', import.meta.url)
await mkdir(folder, { recursive: true })
await writeFile(new URL('openapi.json', folder), `${JSON.stringify(await openapiDocument(), null, 2)}\n`)
process.exit(0)
