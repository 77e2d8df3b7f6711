import type { Log } from '../../lib/log.ts'
import { codeOf, EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { isGoneWithin, signalPostmaster } from './postmaster.ts'
import type { Program } from './program.ts'

/**
 * Has the server shut down when this process exits without having stopped it (an uncaught error, `process.exit`);
 * only a signal that Node does not handle leaves it to be adopted. Returns how to take that back.
 */
export function endWithUs(pid: number): () => void {
  const onExit = (): void => {
    try {
      process.kill(pid, 'SIGINT')
    } catch (error) {
      if (codeOf(error) !== 'ESRCH') throw error
    }
  }
  process.once('exit', onExit)
  return () => process.off('exit', onExit)
}

/** After an immediate shutdown PostgreSQL itself kills what is left after 5 s; this is well beyond. */
const immediateMs = 15_000

/**
 * Shuts a server down and returns when it is gone: fast, then after `patienceMs` immediate, which loses nothing that
 * was committed but makes the next start recover. Throws `stop` when even that does not end it.
 */
export async function stopPostmaster(
  deps: { log: Log; program: Program },
  pid: number,
  patienceMs: number,
): Promise<void> {
  await signalPostmaster(deps.program, pid, 'INT')
  if (await isGoneWithin(pid, patienceMs)) return
  deps.log.warn({ pid, waitedMs: patienceMs }, 'embedded PostgreSQL does not stop; stopping it at once')
  await signalPostmaster(deps.program, pid, 'QUIT')
  if (await isGoneWithin(pid, immediateMs)) return
  throw new EmbeddedPostgresError(
    'stop',
    `The embedded PostgreSQL (process ${pid}) does not stop. End it with kill -KILL ${pid}; nothing committed is lost.`,
  )
}
