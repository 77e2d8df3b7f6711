import pg from 'pg'
import type { Evidence, Grace, Trouble } from '../checker/evidence.ts'
import { readDatabase } from '../checker/read-database.ts'
import type { JournalEntry } from '../emulators/kit/journal.ts'
import type { TicketHistoryEntry } from '../emulators/kit/ticket-history.ts'
import type { HistoryEntry } from '../emulators/ksc/model/history.ts'
import { namesAllReasons } from './ground.ts'
import type { Meant } from './meant.ts'
import type { ProvedProcesses } from './processes.ts'
import { granted } from './set-up.ts'
import type { ProvedWorld } from './world.ts'

/** Gathers what the checker judges: the emulators' accounts, what people meant, what was broken, our database. */

const minute = 60_000

/** What a healthy run needs in the run's own time, on a machine that is busy with itself. */
const grace: Grace = {
  seeMs: 5 * minute,
  deliverMs: 8 * minute,
  noticeMs: 20 * minute,
  callMs: 2 * minute,
  recoverMs: 15 * minute,
}

type Given = {
  readonly world: ProvedWorld
  readonly meant: Meant
  readonly processes: ProvedProcesses
  readonly databaseUrl: string
  readonly from: number
  readonly to: number
}

/** How long what a dead process had in hand stays in its hands. */
const leaseMs = 3 * minute

export async function collectEvidence({ world, meant, processes, databaseUrl, from, to }: Given): Promise<Evidence> {
  const deaths = processes
    .deaths()
    .map(({ name, at, by }): Trouble => ({ of: 'us', from: at, to: at + leaseMs, words: `${name} died (${by})` }))
  return {
    run: { from, to },
    grace,
    sources: [...world.sources.values()].map(({ id, emulator: { control } }) => {
      const events = control.getState({ part: 'events' }) as { type: string; displayName: string }[]
      return {
        vendor: 'ksc' as const,
        id,
        history: control.getState({ part: 'history' }) as HistoryEntry[],
        eventNames: Object.fromEntries(events.map(({ type, displayName }) => [type, displayName])),
        namesAllReasons: namesAllReasons(id),
      }
    }),
    desks: [...world.desks.values()].map(({ id, emulator: { control, journal } }) => ({
      id,
      vendor: id,
      history: control.getState({ part: 'history' }) as TicketHistoryEntry[],
      journal: journal.entries() as JournalEntry[],
      stats: control.stats(),
      grant: {
        threads: granted[id].threads,
        threadsPer: 'endpoint' as const,
        uncounted: id === 'autotask' ? ['ZoneInformation'] : [],
        perHour: granted[id].perHour,
      },
      aboutUs: [],
    })),
    integrations: meant.integrations(),
    requests: [],
    givenUp: [],
    troubles: [...meant.troubles(), ...deaths],
    restores: [],
    database: await readOurs(databaseUrl),
  }
}

async function readOurs(databaseUrl: string): Promise<Evidence['database']> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return await readDatabase(client)
  } finally {
    await client.end()
  }
}
