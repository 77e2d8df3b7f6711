import type { Account, PsaConnector } from '../../psa.ts'
import { check } from './check.ts'
import type { Context } from './client.ts'
import { generalFields, ruleFields } from './fields.ts'
import { usualLimits } from './limits.ts'
import { companyToAccount } from './map.ts'
import { addNote, hasNote } from './notes.ts'
import { readOptions } from './options.ts'
import { queryAll } from './query.ts'
import { ruleProblems } from './rule-problems.ts'
import { AutotaskSettings, reachOf } from './settings.ts'
import { changedSince, close, create, find, hasResolution, openedAfter, read, update } from './tickets.ts'
import { readUsage } from './usage.ts'
import { Company, companyFields } from './wire.ts'
import { knownZone } from './zone.ts'

/** Autotask ends a call after five minutes (autotask-api.md 9). */
const longestCallMs = 300_000

/** Autotask PSA by its REST interface V1.0 (autotask-api.md). What is special about it stands in readme.md. */
export const autotask: PsaConnector<AutotaskSettings> = {
  id: 'autotask',
  name: 'Autotask PSA',
  terms: {
    ticket: 'ticket',
    tickets: 'tickets',
    account: 'company',
    accounts: 'companies',
    ticketing: 'Ticketing',
  },
  settings: AutotaskSettings,
  generalFields,
  ruleFields,
  facts: (settings) => ({
    maxTitle: usualLimits.title,
    maxDescription: usualLimits.description,
    maxNote: usualLimits.noteText,
    maxReference: usualLimits.reference,
    threadsPerEndpoint: settings.threadsPerEndpoint,
    requestsPerHour: settings.requestsPerHour,
    searchLagMs: settings.searchLagSeconds * 1_000,
    callTimeoutMs: settings.timeoutSeconds * 1_000,
    longestCallMs,
    changesEverySeconds: settings.changesEverySeconds,
    ticketLink: (ticketId) => ticketLink(settings, ticketId),
  }),
  reach: reachOf,
  check,
  listAccounts,
  readOptions,
  ruleProblems,
  find,
  create,
  read,
  note: addNote,
  hasNote,
  update,
  close,
  hasResolution,
  openedAfter,
  changedSince,
  readUsage,
}

/** Active companies; number 0 is the MSP's own (autotask-api.md 7.1). */
async function listAccounts(context: Context): Promise<readonly Account[]> {
  const where = [{ op: 'eq', field: 'isActive', value: true } as const]
  const rows = await queryAll(context, { entity: 'Companies', where, fields: companyFields, row: Company })
  return rows.map(companyToAccount).filter((account) => account.active)
}

/** By Autotask's ExecuteCommand interface; empty until the web address is known. */
function ticketLink(settings: AutotaskSettings, ticketId: string): string {
  const webUrl = settings.webUrl || knownZone(settings)?.zone.webUrl || ''
  if (webUrl === '') return ''
  const base = webUrl.endsWith('/') ? webUrl : `${webUrl}/`
  return `${base}Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenTicketDetail&TicketID=${encodeURIComponent(ticketId)}`
}
