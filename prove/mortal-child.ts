/**
 * A process that does what a worker does with its database and a desk, for the test of the named points: it is armed
 * by its argument, and comes to every point in turn. It ends with code 0 when it did not die.
 */
import type { HttpOptions } from '../src/connectors/http.ts'
import type { Connections } from '../src/db/sql.ts'
import { createMortal } from './mortal.ts'
import type { PointName } from './points.ts'

export type MortalArgument = {
  readonly point: PointName
  readonly nth: number
  readonly front: string
  readonly desk: string
}

const { point, nth, front, desk } = JSON.parse(process.argv[2] ?? '{}') as MortalArgument
const mortal = createMortal({ front, speed: 1 })
const query = async (text: string) => {
  process.stdout.write(`${text}\n`)
  return { rowCount: 1 }
}
const connection = { query, release: () => undefined }
const pool = mortal.pool({ query, connect: async () => connection } as unknown as Connections)
const client = mortal.client(() => ({
  request: async ({ method }) => {
    process.stdout.write(`sent ${method}\n`)
    return { status: 200, headers: {}, text: '', json: () => null }
  },
  redact: (text) => text,
  close: async () => undefined,
}))({ timeoutMs: 1_000 } as HttpOptions)

mortal.arm(point, nth)
for (let round = 0; round < 2; round += 1) {
  const inside = await pool.connect()
  for (const text of ['begin', 'insert into decisions', 'commit']) await inside.query(text)
  await pool.query('update duties set lease_owner = null')
  await pool.query('update tickets t set lease_owner = $2')
  await pool.query('update governor_slots set owner = $3')
  await client.request({ method: 'GET', url: `${desk}/Tickets/1`, endpoint: 'Tickets' })
  await client.request({ method: 'POST', url: `${desk}/Tickets/query`, endpoint: 'Tickets' })
  await client.request({ method: 'POST', url: `${desk}/Tickets`, body: { title: 'A' }, endpoint: 'Tickets' })
  await pool.query('with held as (...) update tickets t set phase = v.phase')
  await pool.query('insert into ticket_steps')
}
