import { expect, test } from 'vitest'
import { type Desk, startDesk } from './desk.ts'
import type { Row } from './rows.ts'

const row: Row = {
  name: 'test',
  title: 'test',
  kind: 'cycle',
  conditions: 1,
  latencyMs: 0,
  perSecond: 0,
  threads: 0,
}

async function withDesk(changes: Partial<Row>, work: (desk: Desk) => Promise<void>): Promise<void> {
  const desk = await startDesk({ ...row, ...changes })
  try {
    await work(desk)
  } finally {
    await desk.stop()
  }
}

async function post(desk: Desk, path: string, body: object): Promise<{ status: number; body: unknown }> {
  const reply = await fetch(`${desk.url}${path}`, { method: 'POST', body: JSON.stringify(body) })
  return { status: reply.status, body: await reply.json() }
}

test('a doubled and a closed ticket are counted, over HTTP', async () => {
  await withDesk({}, async (desk) => {
    expect((await post(desk, '/tickets', { reference: 'a', title: 'A' })).body).toEqual({ id: '1' })
    await post(desk, '/tickets', { reference: 'a', title: 'A' })
    expect((await post(desk, '/tickets/1/close', {})).body).toMatchObject({ wasOpen: true, state: 'closed' })
    expect(await desk.stats()).toMatchObject({ requests: 3, opened: 2, closed: 1, doubled: 1, open: 1, urgentAt: 0 })
  })
})

test('more requests a second than allowed get 429 and change nothing', async () => {
  await withDesk({ perSecond: 5 }, async (desk) => {
    const sent = Array.from({ length: 40 }, (_, n) => post(desk, '/tickets', { reference: `r${n}` }))
    const statuses = (await Promise.all(sent)).map(({ status }) => status)
    const done = statuses.filter((status) => status === 200).length
    const stats = await desk.stats()
    expect(stats).toMatchObject({ requests: 40, refused: 40 - done, opened: done })
    expect(stats.refused).toBeGreaterThanOrEqual(20)
  })
})

test('it refuses while it is told to', async () => {
  await withDesk({}, async (desk) => {
    await desk.behave({ latencyMs: 0, perSecond: 0, refuses: true })
    expect((await post(desk, '/tickets', { reference: 'a' })).status).toBe(503)
    await desk.behave({ latencyMs: 0, perSecond: 0, refuses: false })
    expect((await post(desk, '/tickets', { reference: 'a' })).status).toBe(200)
    expect(await desk.stats()).toMatchObject({ requests: 2, refused: 1, opened: 1 })
  })
})

test('requests that wait for their answer are counted as at once', async () => {
  await withDesk({ latencyMs: 300 }, async (desk) => {
    await Promise.all(['a', 'b', 'c'].map((reference) => post(desk, '/tickets', { reference })))
    expect((await desk.stats()).maxInFlight).toBe(3)
  })
})

test('a notification of Alertmanager opens once and closes once', async () => {
  await withDesk({}, async (desk) => {
    const alerts = (status: string) => ({
      alerts: [{ status, labels: { alertname: 'URGENT', reference: 'a' } }],
    })
    await post(desk, '/webhook', alerts('firing'))
    await post(desk, '/webhook', alerts('firing'))
    await post(desk, '/webhook', alerts('resolved'))
    await post(desk, '/webhook', alerts('resolved'))
    const stats = await desk.stats()
    expect(stats).toMatchObject({ requests: 4, opened: 1, closed: 1, doubled: 0, open: 0 })
    expect(stats.urgentAt).toBeGreaterThan(0)
  })
})

test('watching ends when it is done, or when nothing moves any more', async () => {
  await withDesk({}, async (desk) => {
    await post(desk, '/tickets', { reference: 'a' })
    expect(
      (
        await desk.watch(
          ({ opened }) => opened === 1,
          10_000,
          () => undefined,
        )
      ).opened,
    ).toBe(1)
    let looks = 0
    const stalled = await desk.watch(
      ({ opened }) => opened === 2,
      100,
      () => {
        looks += 1
      },
    )
    expect(stalled.opened).toBe(1)
    expect(looks).toBeGreaterThan(1)
  })
})
