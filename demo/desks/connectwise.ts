import { type ConnectwiseReady, startConnectwiseEmulator } from '../../emulators/connectwise/main.ts'
import type { DeskKind } from './desk-kind.ts'
import { namesFrom } from './desk-kind.ts'

type Rows = { rows: { id: number; name: string }[] }

const incident = { board: 'Security', type: 'Incident' }
const alert = { board: 'Monitoring Alert', type: 'Endpoint' }

/** ConnectWise PSA as a provider may have it. */
export const connectwiseDesk: DeskKind<ConnectwiseReady> = {
  vendor: 'connectwise',
  name: 'ConnectWise',
  general: { closedStatus: 'Completed', source: 'Monitoring' },
  rules: {
    urgent: { ...incident, priority: 'Priority 1 - Emergency Response' },
    high: { ...incident, priority: 'Priority 2 - Quick Response' },
    security: { ...alert, subType: 'Antivirus', priority: 'Priority 3 - Normal Response' },
    usual: { ...alert, priority: 'Priority 3 - Normal Response' },
    someday: { ...alert, priority: 'Priority 3 - Normal Response' },
    low: { ...alert, priority: 'Priority 4 - Scheduled Maintenance' },
  },
  orders: {
    take: () => ({ act: 'takeTicket' }),
    note: (words) => ({ act: 'addNote', text: words }),
    close: (words) => ({ act: 'closeTicket', resolution: words }),
    reopen: () => ({ act: 'reopenTicket' }),
    delete: () => ({ act: 'deleteTicket' }),
    lower: () => ({ act: 'setPriority', priority: 'Priority 4 - Scheduled Maintenance' }),
    move: (words) => ({ act: 'moveBoard', board: words }),
  },
  fields: { place: 'board', priority: 'priority' },
  grant: { threads: 3, threadsPer: 'endpoint', uncounted: [], perHour: 20_000 },
  look: '/_emulator/state?part=tickets',
  // A minute never passes while Tocsin works on a clock that stands.
  start: (given) => startConnectwiseEmulator({ ...given, devices: 0, switches: { requestsPerMinute: 0 } }),
  settings: ({ url, companyId, publicKey, privateKey, clientId }) => ({
    site: url,
    ...{ companyId, publicKey, privateKey, clientId },
  }),
  names(control) {
    const companies = control.getState({ part: 'companies' }) as { id: number; name: string }[]
    const { tables } = control.getState() as { tables: Record<string, Rows> }
    const labels = (table: string) => new Map(tables[table]?.rows.map(({ id, name }) => [String(id), name]))
    return namesFrom(
      companies.map(({ id, name }) => [id, name]),
      { board: labels('Board'), priority: labels('Priority') },
    )
  },
}
