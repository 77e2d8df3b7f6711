import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startConnectwiseEmulator } from '../../../emulators/connectwise/main.ts'
import { createCertificate } from '../../../emulators/kit/certificate.ts'
import { createApiBench } from '../../../test/support/api-bench.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import type { Database } from '../../db/tables.ts'
import { runNextDuty } from '../../usecases/run-duty.ts'

/** ConnectWise sends its callbacks over real HTTP to the real server. */

const database = await testDatabase<Database>()
const clock = createFakeClock('2026-03-02T06:00:00Z')
const certificate = await createCertificate()
const desk = await startConnectwiseEmulator({ port: 0, clock, tls: certificate, companies: ['Alder', 'Birch'] })
const bench = await createApiBench(database, { clock })
const trusting = new Agent({ connect: { ca: certificate.cert } })
let address = ''
let psaId = 0

const dueAt = async (): Promise<number> => {
  const { rows } = await database.pool.query<{ due_at: Date }>(`select due_at from duties where kind = 'read-changes'`)
  return rows[0]?.due_at.getTime() ?? 0
}
const registered = () =>
  desk.control.getState({ part: 'callbacks' }) as { id: number; url: string; inactiveFlag: boolean }[]
const attempts = () => desk.control.getState({ part: 'attempts' }) as { recordId: number; outcome: unknown }[]

async function work(): Promise<void> {
  const deps = { ...bench.deps, publicUrl: new URL(address) }
  while (await runNextDuty(deps, new AbortController().signal));
}

/** Ends when the desk has told of `count` changes in all. */
const untilTold = (count: number) => expect.poll(() => attempts().length, { timeout: 5_000 }).toBe(count)

/** What the API member of another program writes. */
async function addTicket(reference: string): Promise<number> {
  const { companyId, publicKey, privateKey, clientId } = desk.ready
  const { statusCode, body } = await request(`${desk.url}/v4_6_release/apis/3.0/service/tickets`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${companyId}+${publicKey}:${privateKey}`).toString('base64')}`,
      clientid: clientId,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ summary: 'A', company: { id: 250 }, board: { id: 3 }, externalXRef: reference }),
    dispatcher: trusting,
  })
  const answer = (await body.json()) as { id: number }
  if (statusCode !== 201) throw new Error(JSON.stringify(answer))
  return answer.id
}

beforeAll(async () => {
  address = await bench.api.listen({ host: '127.0.0.1', port: 0 })
  const { companyId, publicKey, privateKey, clientId } = desk.ready
  const settings = {
    site: desk.url,
    companyId,
    publicKey,
    privateKey,
    clientId,
    certificate: certificate.cert,
    callbacks: true,
  }
  const psa = await bench.ok('POST', '/api/v1/psas', { connector: 'connectwise', name: 'Desk', settings })
  psaId = Number(psa.connection.id)
  await work()
})
afterAll(async () => {
  await trusting.close()
  await bench.stop()
  await desk.stop()
})

describe('callbacks of ConnectWise', () => {
  test('are registered once, with an address that ends in the id', async () => {
    expect(registered()).toMatchObject([
      { url: `${address}/api/v1/psas/${psaId}/hint?recordId=`, inactiveFlag: false, isSelfSuppressedFlag: true },
    ])
    clock.advance(3_600_000)
    await work()
    expect(registered()).toHaveLength(1)
  })

  test('make the next reading come early, but not for tickets of others', async () => {
    clock.advance(10_000)
    const before = await dueAt()
    const other = await addTicket('not-of-tocsin')
    await desk.control.act({ act: 'closeTicket', ticketId: other })
    await untilTold(1)
    expect(await dueAt()).toBe(before)
    const ours = await addTicket('tocsin-abcdefghijklmnopqrstuvwxyz')
    await desk.control.act({ act: 'closeTicket', ticketId: ours })
    await untilTold(2)
    expect(attempts().map(({ outcome }) => outcome)).toEqual([204, 204])
    expect(before).toBeGreaterThan(clock.now().getTime())
    expect(await dueAt()).toBe(clock.now().getTime())
  })

  test('in a flood cause one reading in five seconds', async () => {
    await work()
    const begun = clock.now().getTime()
    const ours = await addTicket('tocsin-bbcdefghijklmnopqrstuvwxyz')
    await desk.control.act({ act: 'closeTicket', ticketId: ours })
    await untilTold(3)
    expect(await dueAt()).toBe(begun + 5_000)
  })
})

describe('what the desk did not write', () => {
  const message = (keyUrl: string) =>
    JSON.stringify({
      Type: 'ticket',
      Entity: JSON.stringify({ externalXRef: 'tocsin-abcdefghijklmnopqrstuvwxyz' }),
      Metadata: { key_url: keyUrl },
    })
  const send = (body: string, headers: Record<string, string> = {}) =>
    request(`${address}/api/v1/psas/${psaId}/hint?recordId=1&action=updated`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })
  const signature = { 'x-content-signature': Buffer.alloc(32).toString('base64') }

  test('is refused, and moves nothing', async () => {
    const before = await dueAt()
    const key = `${desk.url}/v2025_1/apis/3.0/system/callbacks/keys/none`
    for (const headers of [{}, signature]) {
      const { statusCode, body } = await send(message(key), headers)
      expect([statusCode, ((await body.json()) as { code: string }).code]).toEqual([
        ...(headers === signature ? [502, 'connection-failed'] : [403, 'forged-message']),
      ])
    }
    expect((await send('<html>', signature)).statusCode).toBe(403)
    expect((await send('x'.repeat(300_000), signature)).statusCode).toBe(413)
    expect(await dueAt()).toBe(before)
  })

  test('makes nobody else be asked for a key', async () => {
    const asked: string[] = []
    const trap = createServer((incoming, answer) => {
      asked.push(incoming.url ?? '')
      answer.end('{"signing_key":"chosen by somebody else"}')
    })
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void trap.close())
    const { port } = trap.address() as AddressInfo
    expect((await send(message(`http://127.0.0.1:${port}/key`), signature)).statusCode).toBe(403)
    expect(asked).toEqual([])
  })

  test('makes the desk be asked for few keys, whatever addresses it names, and drives no good key out', async () => {
    clock.advance(60_000)
    const statuses: number[] = []
    for (let n = 0; n < 20; n++) {
      const { statusCode, body } = await send(message(`${desk.url}/keys/made-up-${n}`), signature)
      await body.dump()
      statuses.push(statusCode)
    }
    // 502: the desk was asked, and has no such key.
    expect(statuses.filter((status) => status === 502)).toHaveLength(5)
    expect(statuses.slice(5).every((status) => status === 403)).toBe(true)
    const ours = await addTicket('tocsin-cbcdefghijklmnopqrstuvwxyz')
    const told = attempts().length
    await desk.control.act({ act: 'closeTicket', ticketId: ours })
    await untilTold(told + 1)
    expect(attempts().at(-1)?.outcome).toBe(204)
  })

  test('learns nothing of what stands in the settings, nor of what the desk answered', async () => {
    clock.advance(120_000)
    const { statusCode, body } = await send(message(`${desk.url}/keys/made-up-once-more`), signature)
    const answer = (await body.json()) as { detail: string; failure?: unknown }
    expect([statusCode, answer.detail, answer.failure]).toEqual([
      502,
      expect.stringContaining('again later'),
      undefined,
    ])
    const { rows } = await database.pool.query('select settings, secrets from psas where id = $1', [psaId])
    const kept = [rows[0].settings, rows[0].secrets]
    const broken = [
      [{ ...kept[0], site: 7 }, kept[1]],
      [kept[0], { ...kept[1], privateKey: 'v1.broken.text' }],
      [{ ...kept[0], callbacks: 'perhaps' }, kept[1]],
    ]
    const strange = await request(`${address}/api/v1/psas/4711/hint`, { method: 'POST', body: '{}' })
    const unknown = (await strange.body.text()).replaceAll('4711', String(psaId))
    const told = (text: string) => ({ ...JSON.parse(text), requestId: '' })
    for (const [settings, secrets] of broken) {
      await database.pool.query('update psas set settings = $2, secrets = $3 where id = $1', [psaId, settings, secrets])
      const answer = await send(message(desk.url), signature)
      expect([answer.statusCode, told(await answer.body.text())]).toEqual([404, told(unknown)])
    }
    await database.pool.query('update psas set settings = $2, secrets = $3 where id = $1', [psaId, ...kept])
  })

  test('to a desk that sends none is answered as if there were no such desk', async () => {
    await bench.ok('PATCH', `/api/v1/psas/${psaId}`, { settings: { callbacks: false }, check: false })
    expect((await send(message(desk.url), signature)).statusCode).toBe(404)
  })
})
