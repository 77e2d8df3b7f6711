import type { HintMessage } from '../connectors/psa.ts'
import { hintDuty } from '../db/duties.ts'
import { loadPsa } from '../db/psas.ts'
import type { Deps } from './deps.ts'
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
    if (row === null) throw notFound('PSA', input.psaId)
    const verdict = await withDesk(deps, row, async ({ connector, settings, context }) => {
      if (connector.hints?.areWanted(settings) !== true) throw notFound('PSA', input.psaId)
      return connector.hints.judge(context, input.message)
    })
    if (verdict === 'forged') throw new RequestError('forged-message', 'The signature of this message does not fit.')
    if (verdict === 'ours') await hintDuty(deps.pool, 'read-changes', row.id, deps.clock.now(), gapMs)
  } finally {
    atOnce -= 1
  }
}
