import { isDeepStrictEqual } from 'node:util'
import type { IntegrationValues } from '../db/integrations.ts'
import type { AuditEntry, AuditSubject } from './write-audit.ts'

/** What the audit log tells of things that have settings: no secret, only that one was entered. */

type Facts = Readonly<Record<string, unknown>>

/** A connection as it is made: its settings, and which secrets were entered. */
export function connectionMade(
  connector: string,
  settings: Facts,
  fresh: Readonly<Record<string, string>>,
): Pick<AuditEntry, 'before' | 'after'> {
  const secrets = Object.keys(fresh).map((key) => [key, '(entered)'])
  return { before: null, after: { connector, ...settings, ...Object.fromEntries(secrets) } }
}

/** What of a connection differs; a secret that was entered anew stands as changed. */
export function connectionChanged(
  before: { readonly name: string; readonly settings: Facts },
  after: { readonly name: string; readonly settings: Facts },
  fresh: Readonly<Record<string, string>>,
): Pick<AuditEntry, 'before' | 'after'> {
  const changed = changedOnly({ name: before.name, ...before.settings }, { name: after.name, ...after.settings })
  const masked = (words: string) => Object.fromEntries(Object.keys(fresh).map((key) => [key, words]))
  return { before: { ...changed.before, ...masked('(before)') }, after: { ...changed.after, ...masked('(changed)') } }
}

export function connectionSubject(table: 'sources' | 'psas', id: number, name: string): AuditSubject {
  return { kind: table === 'sources' ? 'source' : 'psa', id, name }
}

export function integrationToAudit(values: IntegrationValues): Facts {
  return { ...values, pausedUntil: values.pausedUntil?.toISOString() ?? null }
}

/** Only what differs, on both sides. */
export function changedOnly(before: Facts, after: Facts): { readonly before: Facts; readonly after: Facts } {
  const differs = ([key]: [string, unknown]) => !isDeepStrictEqual(before[key], after[key])
  return {
    before: Object.fromEntries(Object.entries(before).filter(differs)),
    after: Object.fromEntries(Object.entries(after).filter(differs)),
  }
}
