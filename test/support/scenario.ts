import pg from 'pg'
import { expect, onTestFinished } from 'vitest'
import { createStage, type Stage, type StageOptions } from '../../demo/stage.ts'
import type { JournalEntry } from '../../emulators/kit/journal.ts'
import { explainCondition } from '../../src/usecases/explain-condition.ts'
import { listConditions } from '../../src/usecases/list-conditions.ts'
import { type TestDatabase, testDatabase } from './database.ts'

/** What the scenarios share: stages on databases of their own, and eyes at the desk that are not Tocsin's. */

export type OpenStage = {
  (options?: StageOptions): Promise<Stage>
  /** With the address of its database, for other processes. */
  withUrl(options?: StageOptions): Promise<{ stage: Stage; databaseUrl: string }>
}

/**
 * For the top level of a scenario file. Each stage has a database of its own on the PostgreSQL of the run, two clients
 * (`Alder`, `Birch`) with three computers each unless told otherwise, and goes with its test.
 */
export async function stages(): Promise<OpenStage> {
  const database: TestDatabase<unknown> = await testDatabase({ empty: true })
  let count = 0
  const withUrl: OpenStage['withUrl'] = async (options = {}) => {
    count += 1
    const name = `${new URL(database.url).pathname.slice(1)}_${count}`
    await asAdmin(database, `create database ${name} template template1 owner tocsin strategy file_copy`)
    const databaseUrl = database.url.replace(/[^/]+$/, name)
    const stage = await createStage({ tenants: ['Alder', 'Birch'], devices: 6, databaseUrl, ...options })
    onTestFinished(async () => {
      await stage.stop()
      await asAdmin(database, `drop database ${name} with (force)`)
    })
    return { stage, databaseUrl }
  }
  const open = async (options?: StageOptions) => (await withUrl(options)).stage
  return Object.assign(open, { withUrl })
}

async function asAdmin({ adminUrl }: { adminUrl: string }, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** Names of the managed computers that a client has at the start; there are three at least. */
export function computersOf(stage: Stage, client: string): [string, string, string, ...string[]] {
  const [first, second, third, ...others] = stage.computers(client)
  if (first === undefined || second === undefined || third === undefined) {
    throw new Error(`“${client}” has less than three computers: give the stage more devices.`)
  }
  return [first, second, third, ...others]
}

/** Changes the state of a computer in the KSC. */
export async function setHost(stage: Stage, host: string, changes: object): Promise<void> {
  await stage.ksc.act({ act: 'setHost', host, changes })
}

export const protectionOff = { rtpState: 1 }
export const protectionOn = { rtpState: 4 }

/** Databases so many days old; over 3 is Warning, over 7 Critical. */
export function databasesOld(stage: Stage, days: number): { databasesAt: string } {
  return { databasesAt: new Date(stage.now().getTime() - days * 86_400_000).toISOString() }
}

/** A restart that has been due for longer than the day that makes it a Warning. */
export function restartDue(stage: Stage): object {
  return { restartRequiredSince: new Date(stage.now().getTime() - 26 * 3_600_000).toISOString(), restartReason: 1 }
}
export const restarted = { restartRequiredSince: 'never', restartReason: 0 }

/** A ticket as a technician sees it at the desk. */
export type AtDesk = {
  readonly id: number
  readonly company: string
  readonly title: string
  readonly description: string
  readonly resolution: string
  readonly reference: string
  readonly queue: string
  readonly priority: string
  readonly open: boolean
  readonly createdAt: Date
  readonly dueAt: Date
  readonly assigned: boolean
  readonly notes: readonly { readonly title: string; readonly text: string }[]
}

type TicketRow = {
  id: number
  companyID: number
  title: string
  description: string | null
  resolution: string | null
  externalID: string | null
  queueID: number | null
  priority: number | null
  status: number
  createDate: string
  dueDateTime: string
  assignedResourceID: number | null
}
type NoteRow = { ticketID: number; title: string; description: string; noteType: number }

/** Number of Autotask's status Complete, and of the note that its workflow engine writes. */
const complete = 5

/** Tickets at the desk now, in the order of their creation; only those that begin with `title`, or all. */
export function atDesk(stage: Stage, title = ''): AtDesk[] {
  const { names } = stage
  const notes = stage.autotask.state('notes') as NoteRow[]
  return (stage.autotask.state('tickets') as TicketRow[])
    .filter((row) => row.title.includes(title))
    .map((row) => ({
      id: row.id,
      company: names.companyName(row.companyID),
      title: row.title,
      description: row.description ?? '',
      resolution: row.resolution ?? '',
      reference: row.externalID ?? '',
      queue: names.label('queueID', row.queueID),
      priority: names.label('priority', row.priority),
      open: row.status !== complete,
      createdAt: new Date(row.createDate),
      dueAt: new Date(row.dueDateTime),
      assigned: row.assignedResourceID !== null,
      notes: notes
        .filter(({ ticketID }) => ticketID === row.id)
        .map(({ title: noteTitle, description }) => ({ title: noteTitle, text: description })),
    }))
}

/** The one ticket whose title holds `title`. Throws when there is none, or more than one. */
export function oneAtDesk(stage: Stage, title: string): AtDesk {
  const found = atDesk(stage, title)
  const [only] = found
  if (only === undefined || found.length > 1) {
    throw new Error(`There are ${found.length} tickets “${title}”: ${found.map((one) => one.title).join(', ')}`)
  }
  return only
}

/** Every request that the desk was sent, oldest first. */
export async function journal(stage: Stage): Promise<JournalEntry[]> {
  const reply = await fetch(`${stage.autotask.url}/_emulator/journal`)
  return (await reply.json()) as JournalEntry[]
}

/** Requests that write something at the desk, answered or not. */
export async function writes(stage: Stage): Promise<string[]> {
  const entries = await journal(stage)
  return entries
    .filter(({ method, path }) => method !== 'GET' && !path.endsWith('/query'))
    .map(({ method, path }) => `${method} ${path.replace(/^.*\/V1\.0\//, '')}`)
}

/** Why there is a ticket, or none, for the latest condition of this name on the computer: Tocsin's own answer. */
export async function whyOf(
  stage: Stage,
  computer: string,
  title: string,
): Promise<{ reason: string; answer: string }> {
  const { items } = await listConditions(stage.app.deps, { state: 'any', computer, limit: 100 })
  const condition = items.find((one) => one.title === title)
  if (condition === undefined) throw new Error(`Tocsin knows no “${title}” on ${computer}.`)
  const { decision, answer } = await explainCondition(stage.app.deps, { id: condition.id })
  return { reason: decision?.reason ?? '', answer }
}

/** The judge of the demo finds nothing, the emulators did not fail, and the desk was never asked too much at once. */
export function expectSound(stage: Stage): void {
  const { violations, duplicates } = stage.check()
  expect(violations).toEqual([])
  expect(duplicates).toBe(0)
  for (const side of [stage.ksc, stage.autotask]) expect(side.stats().handlerErrors).toBe(0)
  // Nobody counts who asks for the zone, which every process does once.
  const { ZoneInformation: _, ...counted } = stage.autotask.stats().maxInFlightByEndpoint
  for (const most of Object.values(counted)) expect(most).toBeLessThanOrEqual(3)
}
