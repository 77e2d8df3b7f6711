import { z } from 'zod'
import { checkInput } from '../kit/input.ts'
import type { Feeder } from './acts.ts'
import type { Company, World } from './world.ts'

const CompanyState = z.strictObject({
  key: z.string(),
  name: z.string(),
  computers: z.record(
    z.string(),
    z.strictObject({
      key: z.string(),
      name: z.string(),
      statuses: z.record(z.string(), z.strictObject({ level: z.enum(['warning', 'critical']), text: z.string() })),
    }),
  ),
  mailboxes: z.int(),
  raised: z.record(z.string(), z.string()),
})

const State = z.strictObject({ companies: z.array(CompanyState) })

/** The whole state, or the part that the query names: `companies`, `outbox`, `history`. */
export function getState({ world, outbox }: Feeder, query: URLSearchParams): unknown {
  const all = { companies: [...world.companies.values()], outbox: outbox.waiting(), history: world.history }
  const part = query.get('part')
  if (part === null) return all
  return all[checkInput(z.enum(['companies', 'outbox', 'history']), part, 'part')]
}

/** Replaces the companies; what waits to be told is forgotten, and the history goes on with what this ended and began. */
export function putState({ world, outbox }: Feeder, state: unknown): void {
  const { companies } = checkInput(State, state, 'state', 'Send {"companies": [...]} as GET gives it')
  for (const company of world.companies.values()) recordAll(world, company, false)
  world.companies = new Map(companies.map((company) => [company.key, company]))
  for (const company of world.companies.values()) recordAll(world, company, true)
  outbox.clear()
}

/** Everything about a company begins, or ends. */
function recordAll(world: World, { key, computers, raised }: Company, begins: boolean): void {
  if (begins) world.record(key, { kind: 'company-added' })
  for (const computer of Object.values(computers)) {
    const place = { computer: computer.key, name: computer.name }
    if (begins) world.record(key, { kind: 'computer-added', ...place })
    for (const [status, { level }] of Object.entries(computer.statuses)) {
      world.record(key, { kind: begins ? 'status-begin' : 'status-end', ...place, status, level })
    }
    if (!begins) world.record(key, { kind: 'computer-removed', ...place })
  }
  for (const type of Object.keys(raised)) {
    const id = world.nextEventId()
    world.record(key, { kind: begins ? 'raised' : 'resolved', id, product: 'microsoft-365', type })
  }
  if (!begins) world.record(key, { kind: 'company-removed' })
}
