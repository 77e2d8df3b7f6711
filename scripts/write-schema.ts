/** Writes `src/db/schema.sql` anew from the migrations: `node scripts/write-schema.ts`, after adding one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { connect } from '../src/db/connect.ts'
import { startEmbeddedPostgres } from '../src/db/embedded/start-embedded-postgres.ts'
import { migrate } from '../src/db/migrate.ts'
import { dumpSchema } from '../src/db/schema-dump.ts'

const target = new URL('../src/db/schema.sql', import.meta.url)
const log = pino({ level: 'warn' })
const dataFolder = await mkdtemp(join(tmpdir(), 'tocsin-schema-'))
try {
  const server = await startEmbeddedPostgres({ dataFolder, log, settings: { fsync: 'off' } })
  try {
    const connection = await connect({ url: server.url, applicationName: 'write-schema', log })
    try {
      await migrate({ pool: connection.pool, log })
      await writeFile(target, await dumpSchema(connection.pool))
    } finally {
      await connection.close()
    }
  } finally {
    await server.stop()
  }
} finally {
  await rm(dataFolder, { recursive: true, force: true })
}
