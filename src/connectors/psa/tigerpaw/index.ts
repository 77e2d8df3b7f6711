import type { PsaConnector } from '../../psa.ts'
import { listAccounts } from './accounts.ts'
import { check } from './check.ts'
import { generalFields, ruleFields } from './fields.ts'
import { addNote, hasNote } from './notes.ts'
import { readOptions } from './options.ts'
import { close, create, find, hasResolution, openedAfter, read, update } from './orders.ts'
import { ruleProblems } from './rule-problems.ts'
import { reachOf, TigerpawSettings } from './settings.ts'

/** How long a call that we gave up may run on is not documented; ASP.NET ends a request after 110 s unless told otherwise. */
const longestCallMs = 180_000

/** Tigerpaw by its REST interface 18.2.1 (tigerpaw-api.md). What is special about it stands in readme.md. */
export const tigerpaw: PsaConnector<TigerpawSettings> = {
  id: 'tigerpaw',
  name: 'Tigerpaw',
  terms: {
    ticket: 'service order',
    tickets: 'service orders',
    account: 'account',
    accounts: 'accounts',
    ticketing: 'Service orders',
  },
  settings: TigerpawSettings,
  generalFields,
  ruleFields,
  facts: (settings) => ({
    maxTitle: settings.titleLimit,
    maxDescription: settings.textLimit,
    maxNote: settings.textLimit,
    maxReference: settings.referenceLimit,
    threadsPerEndpoint: settings.threadsPerEndpoint,
    requestsPerHour: settings.requestsPerHour,
    searchLagMs: settings.searchLagSeconds * 1_000,
    callTimeoutMs: settings.timeoutSeconds * 1_000,
    longestCallMs: Math.max(longestCallMs, settings.timeoutSeconds * 1_000),
    changesEverySeconds: settings.changesEverySeconds,
    ticketLink: (ticketId) => settings.orderUrl.replace('{number}', encodeURIComponent(ticketId)),
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
  changedSince: null,
}
