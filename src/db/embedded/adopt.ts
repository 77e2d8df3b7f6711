import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../lib/log.ts'
import type { Cluster } from './cluster.ts'
import { asSuperuser } from './databases.ts'
import { EmbeddedPostgresError, wordsOf } from './embedded-postgres-error.ts'
import {
  isAlive,
  type PostmasterFile,
  postmasterFile,
  programIsGone,
  readPostmasterFile,
  servesCluster,
} from './postmaster.ts'
import type { Program } from './program.ts'
import { giveTo } from './run-as.ts'
import { stopPostmaster } from './stop.ts'

type Deps = { readonly log: Log; readonly program: Program }

/** The server this start found running, or undefined when the folder is free to start one. */
type Adopted = { readonly pid: number; readonly port: number }

/** The one line of a file that only a server with this very data directory can read back. */
const proofFile = 'tocsin.proof'

/**
 * Deals with what a former Tocsin left behind, which holds the data folder's lock no more: a living PostgreSQL is
 * adopted when it proves to serve this folder; one that is stopping is waited for; one of another version, or whose
 * program files are gone, is stopped; a `postmaster.pid` whose process is certainly not that PostgreSQL is removed
 * (a reused process number would keep PostgreSQL from starting for ever). Throws `occupied` after `patienceMs`.
 */
export async function settleFormerServer(
  deps: Deps,
  cluster: Cluster,
  patienceMs: number,
): Promise<Adopted | undefined> {
  const deadline = performance.now() + patienceMs
  let words = 'it has not said yet on which port it listens'
  for (;;) {
    const file = await readPostmasterFile(cluster.folder)
    if (file === undefined) return undefined
    const owner = (await isAlive(file.pid)) ? await servesCluster(file.pid, cluster.folder) : 'no'
    if (owner === 'no') return removeStale(deps.log, cluster, file.pid)

    const answer = await ask(deps, cluster, file)
    if (answer === 'ours') {
      return { pid: file.pid, port: file.port ?? 0 }
    }
    if (answer === 'outdated') {
      deps.log.warn({ pid: file.pid }, 'a former embedded PostgreSQL of another version is running; replacing it')
      await stopPostmaster(deps, file.pid, patienceMs)
      continue
    }
    if (answer === 'another' && owner === 'unknown') return removeStale(deps.log, cluster, file.pid)
    if (answer === 'another') words = 'it serves another folder'
    else words = answer
    if (performance.now() > deadline) throw occupied(cluster, file.pid, words)
    await sleep(50)
  }
}

/** `ours`, `outdated` (ours, but of other program files), `another` (of another folder), or why there is no answer. */
async function ask({ program }: Deps, cluster: Cluster, { pid, port }: PostmasterFile): Promise<string> {
  if (port === undefined) return 'it has not said yet on which port it listens'
  const proof = randomBytes(16).toString('hex')
  const path = join(cluster.folder, proofFile)
  await writeFile(path, proof, { mode: 0o600 })
  await giveTo(path, program.runAs)
  try {
    const query = "select pg_read_file($1, 0, 100, true) as proof, current_setting('server_version') as version"
    const { rows } = await asSuperuser(cluster, port, (client) => client.query(query, [proofFile]))
    if (rows[0]?.proof !== proof) return 'another'
    return rows[0].version === program.version && !(await programIsGone(pid)) ? 'ours' : 'outdated'
  } catch (error) {
    return wordsOf(error)
  } finally {
    await rm(path, { force: true })
  }
}

async function removeStale(log: Log, cluster: Cluster, pid: number): Promise<undefined> {
  log.warn({ pid, folder: cluster.folder }, 'the embedded database was not shut down; it recovers now')
  await rm(postmasterFile(cluster.folder), { force: true })
}

function occupied(cluster: Cluster, pid: number, words: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'occupied',
    `A PostgreSQL (process ${pid}) uses ${cluster.folder} and cannot be taken over: ${words}. Stop it (kill -INT ${pid}) and start again.`,
  )
}
