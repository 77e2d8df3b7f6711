import { auditAfter, beforeAllRows } from '../db/audit.ts'
import type { Deps } from './deps.ts'

const atOnce = 500

/** The whole log in the order of its chain, one JSON line a row, each with its hash. */
export async function* exportAudit(deps: Pick<Deps, 'pool'>): AsyncGenerator<string> {
  let last = beforeAllRows
  for (;;) {
    const page = await auditAfter(deps.pool, last, atOnce)
    for (const { row, hash } of page) {
      last = row.id
      yield `${JSON.stringify({ ...row, hash })}\n`
    }
    if (page.length < atOnce) return
  }
}
