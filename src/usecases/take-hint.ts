import type { HintMessage, PsaHints } from '../connectors/psa.ts'
import { hintDuty } from '../db/duties.ts'
import { loadPsa, type PsaRow } from '../db/psas.ts'
import type { Deps } from './deps.ts'
import { readSettings } from './open-connection.ts'
import { notFound, RequestError } from './request-error.ts'
import { withDesk } from './with-desk.ts'

/** Shortest time between two readings that hints cause, in ms. */
const gapMs = 5_000
/** Anybody may send here: more than these at once are turned away, and the desk sends again or its changes are read in turn. */
const mostAtOnce = 4
let atOnce = 0

/** A desk says that a ticket changed: reads its changes early when it is true. Throws `RequestError`. */
export async function takeHint(deps: Deps, input: { psaId: number; message: HintMessage }): Promise<void> {
  if (atOnce >= mostAtOnce)
    throw new RequestError('too-many-attempts', 'Too many messages at once: send it again later.')
  atOnce += 1
  try {
    const row = await loadPsa(deps.pool, input.psaId)
    const hints = row === null ? null : wantedHints(deps, row)
    if (row === null || hints === null) throw notFound('PSA', input.psaId)
    const verdict = await judge(deps, row, hints, input.message)
    if (verdict === 'forged') throw new RequestError('forged-message', 'The signature of this message does not fit.')
    if (verdict === 'ours') await hintDuty(deps.pool, 'read-changes', row.id, deps.clock.now(), gapMs)
  } finally {
    atOnce -= 1
  }
}

/** How the desk's messages are judged; null where none are wanted. Settings that cannot be read want none: a stranger learns nothing of them. */
function wantedHints(deps: Deps, row: PsaRow): PsaHints<unknown> | null {
  const connector = deps.psas.get(row.connector)
  if (connector?.hints === undefined) return null
  try {
    return connector.hints.areWanted(readSettings(deps, 'psas', row, connector.settings)) ? connector.hints : null
  } catch (error) {
    deps.log.debug({ err: error, psa: row.name }, 'a hint came to a desk whose settings cannot be read')
    return null
  }
}

async function judge(
  deps: Deps,
  row: PsaRow,
  hints: PsaHints<unknown>,
  message: HintMessage,
): Promise<Awaited<ReturnType<PsaHints<unknown>['judge']>>> {
  try {
    return await withDesk(deps, row, ({ context }) => hints.judge(context, message))
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    // What the desk answered is for its owner, and anybody may ask here.
    deps.log.debug({ err: error, psa: row.name }, 'a hint could not be judged')
    throw new RequestError('connection-failed', 'The message cannot be judged just now: send it again later.')
  }
}
