import { describe, expect, it } from 'vitest'
import type { ComputerSeen } from '../../src/core/observation.ts'
import { byKey, type SourceBench, toArray } from './source-bench.ts'

/** Tenants, pages, and what a complete list is. */
export function computersContract<Settings>(get: () => SourceBench<Settings>): void {
  const find = (computers: readonly ComputerSeen[], key: string) =>
    computers.filter(({ computerKey }) => computerKey === key)

  describe('tenants', () => {
    it('lists all of them by stable key, whatever their names hold', async () => {
      const { world, connector, context } = get()
      const names = ['Müller & Söhne "Bau"', "O'Neil <Ltd>", 'שלום עולם', 'مكتب', '🚨 Alarm 🚨', 'back\\slash; %20=(*)']
      const keys: string[] = []
      try {
        for (const name of names) keys.push(await world.addTenant(name))
        const tenants = await connector.listTenants(context())
        expect(Object.fromEntries(tenants.map(({ key, name }) => [key, name]))).toEqual(await world.tenantNames())
        expect(names.filter((name) => !tenants.some((tenant) => tenant.name === name))).toEqual([])
        expect((await get().poll()).complete).toEqual(expect.arrayContaining(keys))
      } finally {
        for (const key of keys) await world.removeTenant(key)
      }
    })

    it('says which one is switched off, and neither lists nor reports it', async () => {
      const { world, connector, context } = get()
      const [off] = world.tenants
      await world.enableTenant(off, false)
      try {
        const tenants = await connector.listTenants(context())
        expect(tenants.find(({ key }) => key === off)).toMatchObject({ enabled: false })
        const { computers, complete, failed } = await get().poll()
        expect(complete).not.toContain(off)
        expect(failed).toEqual([])
        expect(computers.filter(({ tenantKey }) => tenantKey === off)).toEqual([])
        expect(byKey(computers)).toEqual(byKey(await world.computers()))
      } finally {
        await world.enableTenant(off, true)
      }
    })
  })

  describe('computers', () => {
    it('lists every managed computer once, over several pages, and then its tenants as complete', async () => {
      const { world, poll } = get()
      let pages = 0
      const { computers, complete, failed } = await poll(() => {
        pages += 1
      })
      const truth = await world.computers()
      expect(pages).toBeGreaterThan(3)
      expect(byKey(computers)).toEqual(byKey(truth))
      expect(complete.toSorted()).toEqual(Object.keys(await world.tenantNames()).toSorted())
      expect(failed).toEqual([])
    })

    it('reads the same twice, word for word', async () => {
      const first = await get().poll()
      const second = await get().poll()
      expect(byKey(second.computers)).toEqual(byKey(first.computers))
      expect(second.complete.toSorted()).toEqual(first.complete.toSorted())
    })

    it('sees a computer fall ill at either level and recover', async () => {
      const { world, poll } = get()
      const key = await world.addComputer(world.tenants[0], 'ILL-PC')
      try {
        for (const level of ['warning', 'critical'] as const) {
          const reasons = await world.sicken(key, level)
          expect(find((await poll()).computers, key)).toMatchObject([{ level, reasons, name: 'ILL-PC' }])
        }
        await world.heal(key)
        expect(find((await poll()).computers, key)).toMatchObject([{ level: 'ok', reasons: [] }])
      } finally {
        await world.removeComputer(key)
      }
    })

    it('no longer lists one that was removed, while its tenant is complete', async () => {
      const { world, poll } = get()
      const key = await world.addComputer(world.tenants[1], 'GONE-PC')
      expect(find((await poll()).computers, key)).toHaveLength(1)
      await world.removeComputer(key)
      const { computers, complete } = await poll()
      expect(find(computers, key)).toEqual([])
      expect(complete).toContain(world.tenants[1])
    })

    it('lists one that moved under its new tenant, with the same key', async () => {
      const { world, poll } = get()
      const [from, to] = world.tenants
      const key = await world.addComputer(from, 'MOVING-PC')
      try {
        expect(find((await poll()).computers, key)).toMatchObject([{ tenantKey: from }])
        await world.moveComputer(key, to)
        expect(find((await poll()).computers, key)).toMatchObject([{ tenantKey: to }])
      } finally {
        await world.removeComputer(key)
      }
    })

    it('does not list a computer that is not managed', async () => {
      const { world, poll } = get()
      const key = await world.addComputer(world.tenants[0], 'STRANGER', false)
      try {
        expect(find((await poll()).computers, key)).toEqual([])
      } finally {
        await world.removeComputer(key)
      }
    })

    it('lists only the tenants it was asked for', async () => {
      const { world, connector, context } = get()
      const wanted = world.tenants[2]
      const tenants = (await connector.listTenants(context())).filter(({ key }) => key === wanted)
      const pages = await toArray(connector.pollComputers(context(), tenants))
      const seen = pages.flatMap((page) => (page.kind === 'computers' ? page.computers : []))
      const truth = (await world.computers()).filter(({ tenantKey }) => tenantKey === wanted)
      expect(byKey(seen)).toEqual(byKey(truth))
      expect(pages.at(-1)).toEqual({ kind: 'end', complete: [wanted], failed: [] })
    })
  })

  describe('complete lists', () => {
    it('one tenant that does not answer is named, and leaves the others complete', async () => {
      const { world, poll } = get()
      const silent = world.tenants[1]
      await world.letAnswer(silent, false)
      try {
        const { computers, complete, failed } = await poll()
        expect(failed).toEqual([{ tenantKey: silent, message: expect.stringMatching(/\w/) }])
        const others = Object.keys(await world.tenantNames()).filter((key) => key !== silent)
        expect(complete.toSorted()).toEqual(others.toSorted())
        const truth = (await world.computers()).filter(({ tenantKey }) => tenantKey !== silent)
        expect(byKey(computers.filter(({ tenantKey }) => tenantKey !== silent))).toEqual(byKey(truth))
      } finally {
        await world.letAnswer(silent, true)
      }
      expect((await poll()).complete).toContain(silent)
    })

    it('a tenant that vanished from the source is not complete', async () => {
      const { world, connector, context } = get()
      const key = await world.addTenant('Vanishing')
      const tenants = await connector.listTenants(context())
      await world.removeTenant(key)
      const pages = await toArray(connector.pollComputers(context(), tenants))
      const end = pages.at(-1)
      expect(end).toMatchObject({ kind: 'end', failed: [{ tenantKey: key }] })
      expect(end?.kind === 'end' && end.complete.includes(key)).toBe(false)
    })

    it('a session that expires half-way costs nothing but a new beginning of that list', async () => {
      const { world, poll } = get()
      const { computers, complete, failed } = await poll(async (page) => {
        if (page === 2) await world.dropSessions()
      })
      expect(byKey(computers)).toEqual(byKey(await world.computers()))
      expect(complete.toSorted()).toEqual(Object.keys(await world.tenantNames()).toSorted())
      expect(failed).toEqual([])
    })

    it('a list that is lost half-way is begun again once', async () => {
      const { world, poll } = get()
      const { computers, complete, failed } = await poll((page) => {
        if (page === 2) world.loseLists(1)
      })
      expect(byKey(computers)).toEqual(byKey(await world.computers()))
      expect(complete.toSorted()).toEqual(Object.keys(await world.tenantNames()).toSorted())
      expect(failed).toEqual([])
    })

    it('lists that are lost every time are complete for nobody', async () => {
      const { world, failPoll } = get()
      world.loseLists(Number.MAX_SAFE_INTEGER)
      expect(await failPoll()).toMatchObject({ kind: 'later' })
    })
  })
}
