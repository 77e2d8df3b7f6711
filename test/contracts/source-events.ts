import { describe, expect, it } from 'vitest'
import type { EventSeen, Severity } from '../../src/core/observation.ts'
import { failureOf, type SourceBench, toArray } from './source-bench.ts'

const minute = 60_000

/** Cursor, late arrivals, and what an event tells. */
export function eventsContract<Settings>(get: () => SourceBench<Settings>): void {
  const begin = async (): Promise<string> => (await get().events('')).cursor
  const fresh = (events: readonly EventSeen[], text: string) => events.filter((event) => event.text === text)

  describe('events', () => {
    it('begin now: a first reading gives a position and no old event', async () => {
      const { world, events } = get()
      await world.raise({
        tenantKey: world.tenants[0],
        computerKey: '',
        type: 'OLD',
        severity: 'critical',
        text: 'old',
      })
      const first = await events('')
      expect(first.events).toEqual([])
      expect(first.cursor).not.toBe('')
      expect((await events(first.cursor)).events).toEqual([])
    })

    it('come with all that is known of them', async () => {
      const { world, events } = get()
      const [tenantKey] = world.tenants
      const computerKey = await world.addComputer(tenantKey, 'EVENT-PC')
      const cursor = await begin()
      const happenedAt = new Date(Math.floor(world.now().getTime() / 1000) * 1000 - 30 * minute)
      const text = 'Object: C:\\Temp\\"a" & <b>.exe\r\nÜser: 🚨 שלום'
      await world.raise({ tenantKey, computerKey, type: 'TEST_TYPE', severity: 'critical', text, happenedAt })
      const [event, ...more] = (await events(cursor)).events
      await world.removeComputer(computerKey)
      expect(more).toEqual([])
      expect(event).toMatchObject({
        tenantKey,
        computerKey,
        computerName: 'EVENT-PC',
        type: 'TEST_TYPE',
        severity: 'critical',
        text,
        happenedAt,
      })
      expect(event?.eventKey).not.toBe('')
      expect(event?.storedAt.getTime()).toBeGreaterThanOrEqual(happenedAt.getTime() + 29 * minute)
    })

    it('of Warning and above only, each with its severity', async () => {
      const { world, events } = get()
      const cursor = await begin()
      const severities: readonly (Severity | 'info')[] = ['info', 'warning', 'functional-failure', 'critical']
      for (const severity of severities) {
        await world.raise({
          tenantKey: world.tenants[1],
          computerKey: '',
          type: severity,
          severity,
          text: 'severities',
        })
      }
      const seen = fresh((await events(cursor)).events, 'severities')
      expect(seen.map(({ type, severity }) => [type, severity])).toEqual([
        ['warning', 'warning'],
        ['functional-failure', 'functional-failure'],
        ['critical', 'critical'],
      ])
    })

    it('of the server itself belong to no computer', async () => {
      const { world, events } = get()
      const cursor = await begin()
      await world.raise({ tenantKey: world.tenants[2], computerKey: '', type: 'OWN', severity: 'warning', text: 'own' })
      expect(fresh((await events(cursor)).events, 'own')).toMatchObject([
        { computerKey: '', tenantKey: world.tenants[2] },
      ])
    })

    it('come in many pages, none lost, none twice, and from any cursor between', async () => {
      const { world, connector, context, events } = get()
      const start = await begin()
      const wanted = Array.from({ length: 60 }, (_, n) => `page event ${n}`)
      for (const text of wanted) {
        await world.raise({ tenantKey: world.tenants[0], computerKey: '', type: 'PAGE', severity: 'warning', text })
      }
      const pages = await toArray(connector.pollEvents(context(), start))
      expect(pages.length).toBeGreaterThan(3)
      expect(pages.flatMap((page) => page.events.map(({ text }) => text))).toEqual(wanted)
      expect(new Set(pages.flatMap((page) => page.events.map(({ eventKey }) => eventKey))).size).toBe(wanted.length)
      for (const [index, { cursor }] of pages.entries()) {
        const rest = pages.slice(index + 1).flatMap((page) => page.events.map(({ eventKey }) => eventKey))
        const again = (await events(cursor)).events.map(({ eventKey }) => eventKey)
        expect(again.slice(again.length - rest.length)).toEqual(rest)
      }
    })

    it('heard again from the same cursor are the same', async () => {
      const { world, events } = get()
      const cursor = await begin()
      await world.raise({
        tenantKey: world.tenants[0],
        computerKey: '',
        type: 'TWICE',
        severity: 'warning',
        text: 'twice',
      })
      const first = await events(cursor)
      expect(fresh(first.events, 'twice')).toHaveLength(1)
      expect(await events(cursor)).toEqual(first)
    })

    it('that happened long before they were stored are not missed', async () => {
      const { world, events } = get()
      const cursor = await begin()
      await world.raise({ tenantKey: world.tenants[0], computerKey: '', type: 'NOW', severity: 'warning', text: 'now' })
      const { cursor: next } = await events(cursor)
      const happenedAt = new Date(Math.floor(world.now().getTime() / 1000) * 1000 - 2000 * minute)
      await world.raise({
        tenantKey: world.tenants[0],
        computerKey: '',
        type: 'LATE',
        severity: 'warning',
        text: 'late',
        happenedAt,
      })
      expect(fresh((await events(next)).events, 'late')).toMatchObject([{ happenedAt }])
    })

    it('that become visible after later ones are not missed', async () => {
      const { world, events } = get()
      const cursor = await begin()
      const event = { tenantKey: world.tenants[0], computerKey: '', severity: 'critical' } as const
      const finish = await world.raiseUnfinished({ ...event, type: 'SLOW', text: 'slow transaction' })
      await world.raise({ ...event, type: 'FAST', text: 'fast transaction' })
      const first = await events(cursor)
      expect(fresh(first.events, 'fast transaction')).toHaveLength(1)
      expect(fresh(first.events, 'slow transaction')).toEqual([])
      await finish()
      expect(fresh((await events(first.cursor)).events, 'slow transaction')).toHaveLength(1)
    })

    it('go on after a cursor that is older than the oldest one kept', async () => {
      const { world, events } = get()
      const cursor = await begin()
      await world.raise({
        tenantKey: world.tenants[0],
        computerKey: '',
        type: 'PURGED',
        severity: 'warning',
        text: 'purged',
      })
      await world.purgeEvents()
      await world.raise({
        tenantKey: world.tenants[0],
        computerKey: '',
        type: 'KEPT',
        severity: 'warning',
        text: 'kept',
      })
      const { events: seen, cursor: next } = await events(cursor)
      expect(fresh(seen, 'kept')).toHaveLength(1)
      expect(fresh(seen, 'purged')).toEqual([])
      await world.raise({
        tenantKey: world.tenants[0],
        computerKey: '',
        type: 'NEXT',
        severity: 'warning',
        text: 'next',
      })
      expect(fresh((await events(next)).events, 'next')).toHaveLength(1)
    })

    it('of a session that expires half-way are not lost', async () => {
      const { world, connector, context } = get()
      const cursor = await begin()
      const wanted = Array.from({ length: 40 }, (_, n) => `half-way ${n}`)
      for (const text of wanted) {
        await world.raise({ tenantKey: world.tenants[0], computerKey: '', type: 'HALF', severity: 'warning', text })
      }
      const seen: string[] = []
      let pages = 0
      for await (const page of connector.pollEvents(context(), cursor)) {
        seen.push(...page.events.map(({ text }) => text))
        pages += 1
        if (pages === 2) await world.dropSessions()
      }
      expect(seen).toEqual(wanted)
    })

    it('broken off half-way: the last cursor leads to exactly the rest', async () => {
      const { world, connector, context, events } = get()
      let cursor = await begin()
      const wanted = Array.from({ length: 40 }, (_, n) => `broken off ${n}`)
      for (const text of wanted) {
        await world.raise({ tenantKey: world.tenants[0], computerKey: '', type: 'BROKEN', severity: 'warning', text })
      }
      const seen = new Set<string>()
      const broken = async () => {
        for await (const page of connector.pollEvents(context(), cursor)) {
          for (const { text } of page.events) seen.add(text)
          cursor = page.cursor
          world.break('cut-before', world.calls.events, 1)
        }
      }
      expect(await failureOf(broken())).toMatchObject({ kind: 'later', reason: 'cut-off' })
      expect(seen.size).toBeLessThan(wanted.length)
      world.mend()
      for (const { text } of (await events(cursor)).events) seen.add(text)
      expect([...seen]).toEqual(wanted)
    })

    it('go on, with a warning, on a server whose database was restored', async () => {
      const { world, events, warnings } = get()
      const cursor = await begin()
      await world.raise({
        tenantKey: world.tenants[0],
        computerKey: '',
        type: 'BEFORE',
        severity: 'warning',
        text: 'before',
      })
      const before = await events(cursor)
      await world.restoreOldEvents()
      const noticed = await events(before.cursor)
      expect(warnings()).toEqual([expect.stringContaining('began anew')])
      await world.raise({
        tenantKey: world.tenants[0],
        computerKey: '',
        type: 'AFTER',
        severity: 'warning',
        text: 'after',
      })
      const after = await events(noticed.cursor)
      expect(fresh(after.events, 'after')).toHaveLength(1)
      expect(before.events.map(({ eventKey }) => eventKey)).not.toContain(fresh(after.events, 'after')[0]?.eventKey)
    })

    it('a cursor that nobody wrote is refused with advice', async () => {
      expect(await failureOf(get().events('no such cursor'))).toMatchObject({
        kind: 'refused',
        reason: 'invalid-value',
      })
    })
  })
}
