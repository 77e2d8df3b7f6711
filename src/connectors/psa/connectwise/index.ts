import type { Account, PsaConnector } from '../../psa.ts'
import { callbacks } from './callbacks.ts'
import { check } from './check.ts'
import type { Context } from './client.ts'
import { close } from './close.ts'
import { flagIs } from './conditions.ts'
import { generalFields, ruleFields } from './fields.ts'
import { limits } from './limits.ts'
import { companyToAccount } from './map.ts'
import { addNote, hasNote } from './notes.ts'
import { readOptions } from './options.ts'
import { readAll } from './pages.ts'
import { ruleProblems } from './rule-problems.ts'
import { ConnectwiseSettings, reachOf, webOrigin } from './settings.ts'
import { changedSince, create, find, openedAfter, read, update } from './tickets.ts'
import { Company, companyFields } from './wire.ts'

/** How long a call that was given up may still run is in no document, so this is ample. */
const longestCallMs = 300_000

/** ConnectWise PSA (Manage) by its REST interface 3.0 (connectwise-api.md). What is special about it stands in readme.md. */
export const connectwise: PsaConnector<ConnectwiseSettings> = {
  id: 'connectwise',
  name: 'ConnectWise PSA',
  terms: {
    ticket: 'ticket',
    tickets: 'tickets',
    account: 'company',
    accounts: 'companies',
    ticketing: 'Ticketing',
  },
  settings: ConnectwiseSettings,
  generalFields,
  ruleFields,
  facts: (settings) => ({
    maxTitle: limits.title,
    maxDescription: limits.text,
    maxNote: limits.text,
    maxReference: limits.reference,
    threadsPerEndpoint: settings.callsAtOnce,
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
  // A note like others, wherever the settings place it.
  hasResolution: hasNote,
  openedAfter,
  changedSince,
  hints: callbacks,
}

/** Companies that are neither deleted nor inactive. */
async function listAccounts(context: Context): Promise<readonly Account[]> {
  const where = flagIs('deletedFlag', false)
  const rows = await readAll(context, { path: 'company/companies', where, fields: companyFields, row: Company })
  return rows.map(companyToAccount).filter((account) => account.active)
}

/** The address that other programs use for links; the prefix leads to every version. */
function ticketLink(settings: ConnectwiseSettings, ticketId: string): string {
  const query = `service_recid=${encodeURIComponent(ticketId)}&companyName=${encodeURIComponent(settings.companyId)}`
  return `${webOrigin(settings)}/v4_6_release/services/system_io/Service/fv_sr100_request.rails?${query}`
}
