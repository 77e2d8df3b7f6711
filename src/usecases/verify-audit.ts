import { auditAfter, beforeAllRows } from '../db/audit.ts'
import type { Deps } from './deps.ts'
import { auditHash, firstHash } from './write-audit.ts'

export type AuditVerification = {
  readonly rows: number
  /** Hash of the last row: kept elsewhere, it also proves that nothing was cut off at the end. */
  readonly lastHash: string
  /** The first row that is not what was written, or that is missing; null when the chain holds. */
  readonly broken: { readonly id: number; readonly words: string } | null
}

const atOnce = 1_000

/** Follows the chain from its first row to its last. `keptHash`: the hash of a row that must be there. */
export async function verifyAudit(
  deps: Pick<Deps, 'pool'>,
  { keptHash }: { readonly keptHash?: string | undefined } = {},
): Promise<AuditVerification> {
  let rows = 0
  let isKeptSeen = keptHash === undefined
  let lastHash = firstHash
  for (;;) {
    const page = await auditAfter(deps.pool, rows === 0 ? beforeAllRows : rows, atOnce)
    for (const { row, hash } of page) {
      if (row.id !== rows + 1) {
        const words = row.id > rows ? `Row ${rows + 1} is missing.` : `Row ${row.id} was never written.`
        return { rows, lastHash, broken: { id: rows + 1, words } }
      }
      if (auditHash(lastHash, row) !== hash) {
        return { rows, lastHash, broken: { id: row.id, words: `Row ${row.id} is not what was written.` } }
      }
      rows += 1
      lastHash = hash
      isKeptSeen ||= hash === keptHash
    }
    if (page.length < atOnce) {
      const words = 'No row has the hash that was kept: rows were cut off at the end.'
      return { rows, lastHash, broken: isKeptSeen ? null : { id: rows + 1, words } }
    }
  }
}
