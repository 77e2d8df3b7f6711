import { type AutotaskOptions, type AutotaskReady, startAutotaskEmulator } from '../../emulators/autotask/main.ts'
import type { DeskKind } from './desk-kind.ts'
import { namesFrom } from './desk-kind.ts'

type Picklists = Record<string, Record<string, { value: string; label: string }[]>>

const security = { issueType: 'Security' }

/** Autotask as a provider may have it; `more` is for tests that want it otherwise. */
export function autotaskDesk(more: Pick<AutotaskOptions, 'switches' | 'threshold'> = {}): DeskKind<AutotaskReady> {
  return {
    vendor: 'autotask',
    name: 'Autotask',
    general: {},
    rules: {
      urgent: { priority: 'Critical', queue: 'Security', dueHours: '4', ...security },
      high: { priority: 'High', dueHours: '8', ...security },
      security: { priority: 'Medium', dueHours: '48', ...security },
      usual: { priority: 'Medium', dueHours: '48' },
      someday: { priority: 'Medium', dueHours: '120' },
      low: { priority: 'Low', dueHours: '48' },
    },
    orders: {
      take: () => ({ act: 'takeTicket' }),
      note: (words) => ({ act: 'addNote', title: 'Note', description: words }),
      close: (words) => ({ act: 'closeTicket', resolution: words }),
      reopen: () => ({ act: 'reopenTicket' }),
      delete: () => ({ act: 'deleteTicket' }),
      lower: () => ({ act: 'setPriority', priority: 'Low' }),
      move: (words) => ({ act: 'moveQueue', queue: words }),
    },
    fields: { place: 'queueID', priority: 'priority' },
    grant: { threads: 3, threadsPer: 'endpoint', uncounted: ['ZoneInformation'], perHour: 6_000 },
    look: '/_emulator/state?part=tickets',
    start: (given) =>
      startAutotaskEmulator({
        ...given,
        devices: 0,
        ...more,
        // Added latency would be real waiting.
        switches: { latencyScale: 0, ...more.switches },
      }),
    settings: ({ user, secret, integrationCode, url }) => ({ user, secret, integrationCode, baseUrl: url }),
    names(control) {
      const companies = control.getState({ part: 'companies' }) as { id: number; companyName: string }[]
      const { picklists } = control.getState() as { picklists: Picklists }
      const labels = Object.entries(picklists.Ticket ?? {}).map(
        ([field, values]) => [field, new Map(values.map(({ value, label }) => [value, label]))] as const,
      )
      return namesFrom(
        companies.map(({ id, companyName }) => [id, companyName]),
        Object.fromEntries(labels),
      )
    },
  }
}
