import { resolve } from 'node:path'
import { knownCluster } from './cluster.ts'
import { applicationUrl } from './databases.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { readPostmasterFile } from './postmaster.ts'

/**
 * The address of the database that a running Tocsin keeps in this data folder, for commands beside it. Holds a password: never log
 * it. Throws `EmbeddedPostgresError` when it cannot be told.
 */
export async function reachEmbeddedPostgres(dataFolder: string): Promise<string> {
  const cluster = await knownCluster(resolve(dataFolder))
  const file = await readPostmasterFile(cluster.folder)
  if (file?.port === undefined) {
    throw new EmbeddedPostgresError(
      'occupied',
      `The Tocsin that runs on the data folder ${dataFolder} is still starting, or stopping: try again in a moment.`,
    )
  }
  return applicationUrl(cluster, file.port)
}
