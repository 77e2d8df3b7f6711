import { z } from 'zod'
import { checkInput } from '../kit/input.ts'
import type { Feeder } from './acts.ts'

const Company = z.strictObject({
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

const State = z.strictObject({ companies: z.array(Company) })

/** The whole state, or the part that the query names: `companies`, `outbox`, `history`. */
export function getState({ world, outbox }: Feeder, query: URLSearchParams): unknown {
  const all = { companies: [...world.companies.values()], outbox: outbox.waiting(), history: world.history }
  const part = query.get('part')
  if (part === null) return all
  return all[checkInput(z.enum(['companies', 'outbox', 'history']), part, 'part')]
}

/** Replaces the companies; what waits to be told is forgotten, and the history goes on. */
export function putState({ world, outbox }: Feeder, state: unknown): void {
  const { companies } = checkInput(State, state, 'state', 'Send {"companies": [...]} as GET gives it')
  world.companies = new Map(companies.map((company) => [company.key, company]))
  outbox.clear()
}
