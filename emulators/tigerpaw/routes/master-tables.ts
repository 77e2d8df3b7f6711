// Master tables and reps (tigerpaw-api.md 2.4).
import type { MasterTables } from '../model/master.ts'
import type { RepRow } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import type { Json } from '../wire/xml-write.ts'
import { missing } from './envelopes.ts'
import type { Call, Route } from './route.ts'

const right = 'masterTables.get'

/** A table that is always given whole. */
function whole(path: string, item: string, table: keyof MasterTables): Route {
  return {
    method: 'GET',
    path: `mastertables/${path}`,
    right,
    root: `ArrayOf${item}`,
    run: (store) => store.master[table] as readonly Json[],
  }
}

/** A table whose system entries can be left out by a further `true` in the path. */
function withoutSystem(path: string, item: string, read: (store: Store, without: boolean) => Json): readonly Route[] {
  const common = { method: 'GET', right, root: `ArrayOf${item}` } as const
  const run = (store: Store, call: Call): Json => read(store, call.flag('excludeSystemEntries') === true)
  const [plain = '', flagged = `${plain}/{excludeSystemEntries:bool}`] = path.split(' ')
  return [
    { ...common, path: `mastertables/${plain}`, run },
    { ...common, path: `mastertables/${flagged}`, run },
  ]
}

const marked = <Entry extends { SystemEntry: boolean }>(
  entries: readonly Entry[],
  without: boolean,
): readonly Entry[] => (without ? entries.filter((entry) => !entry.SystemEntry) : entries)
const listed = <Entry extends { IsSystemEntry: boolean }>(
  entries: readonly Entry[],
  without: boolean,
): readonly Entry[] => (without ? entries.filter((entry) => !entry.IsSystemEntry) : entries)

/** The contract declares one object where a list is meant; both are seen by a switch. */
function statuses(store: Store, without: boolean): Json {
  const entries = marked(store.master.statuses, without)
  return store.switches.statusesAs === 'object' ? (entries[0] ?? null) : entries
}

/** A rep as RepSummary of the contract. */
function repSummary({ id, firstName, lastName, email, title, inactive }: RepRow): Record<string, Json> {
  return {
    RepNumber: id,
    PersonalAccountNumber: null,
    Address: null,
    HomePhone: null,
    MobilePhone: null,
    Status: inactive ? 'Inactive' : 'Active',
    Inactive: inactive,
    FirstName: firstName,
    LastName: lastName,
    PhoneNumber: null,
    EmailAddress: email,
    Title: title,
    DisplayName: `${firstName} ${lastName}`,
    SearchName: `${lastName}, ${firstName}`,
  }
}

function reps(path: string): Route {
  return {
    method: 'GET',
    path,
    right,
    root: 'ArrayOfRepSummary',
    run(store, call) {
      const activeOnly = call.flag('activeOnly') === true
      return store.reps
        .rows()
        .filter((row) => !activeOnly || !row.inactive)
        .map(repSummary)
    },
  }
}

function repOf(store: Store, call: Call): RepRow {
  const row = store.reps.get(call.number('rep'))
  if (!row) throw missing('Rep', call.number('rep'))
  return row
}

const noParts = { TemplateTasks: [], TemplateParts: [], TemplateTimeLogs: [] }

/** Everything a rule can choose from. */
export const masterTableRoutes: readonly Route[] = [
  whole('dispatchboards', 'DispatchBoard', 'boards'),
  whole('priorities', 'ServiceOrderPriority', 'priorities'),
  whole('severities', 'ServiceOrderSeverity', 'severities'),
  ...withoutSystem('serviceOrders/types', 'ServiceOrderType', ({ master }, without) => marked(master.types, without)),
  ...withoutSystem('serviceorders/statuses', 'ServiceOrderStatus', statuses),
  ...withoutSystem('serviceOrder/noteTopics', 'ServiceOrderNoteTopic', ({ master }, without) =>
    listed(master.noteTopics, without),
  ),
  ...withoutSystem('externalproducts', 'ExternalProduct', ({ master }, without) =>
    marked(master.externalProducts, without),
  ),
  ...withoutSystem('accounts/types', 'AccountType', ({ master }, without) => listed(master.accountTypes, without)),
  // The contract writes the two paths of this one differently.
  ...withoutSystem(
    'accounts/statuses account/statuses/{excludeSystemEntries:bool}',
    'AccountStatus',
    ({ master }, without) => listed(master.accountStatuses, without),
  ),
  {
    method: 'GET',
    path: 'mastertables/serviceorders/templates',
    right,
    root: 'ArrayOfServiceOrderTemplate',
    run: (store) => store.master.templates.map((template) => ({ ...template, ...noParts })),
  },
  reps('mastertables/reps'),
  reps('mastertables/reps/{activeOnly:bool}'),
  {
    method: 'GET',
    path: 'reps/{rep:int}',
    right,
    root: 'RepSummary',
    run: (store, call) => repSummary(repOf(store, call)),
  },
  {
    method: 'GET',
    path: 'reps/{rep:int}/details',
    right,
    root: 'RepDetail',
    run: (store, call) => ({ ...repSummary(repOf(store, call)), RepPreferences: null }),
  },
]
