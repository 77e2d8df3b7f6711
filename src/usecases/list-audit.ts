import { type AuditFilter, findAudit } from '../db/audit.ts'
import type { Deps } from './deps.ts'
import type { AuditRow } from './write-audit.ts'

export type ListAudit = AuditFilter & { readonly limit: number }
export type AuditPage = { readonly items: readonly AuditRow[]; readonly next: number | null }

/** Newest first. */
export async function listAudit(deps: Deps, input: ListAudit): Promise<AuditPage> {
  const found = await findAudit(deps.pool, input, input.limit + 1)
  const items = found.slice(0, input.limit)
  return { items, next: found.length > items.length ? (items.at(-1)?.id ?? null) : null }
}
