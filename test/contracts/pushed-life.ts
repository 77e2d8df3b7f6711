import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PushedSubject, PushedWorld } from './pushed-world.ts'

/** What must become of what a feeder sends, in whatever order and however often. */
export function pushedLifeContract<Settings>({ connector, startWorld }: PushedSubject<Settings>): void {
  describe(`pushed source contract: what ${connector.name} sends`, () => {
    let world: PushedWorld | undefined
    const get = (): PushedWorld => {
      if (world === undefined) throw new Error('the world has not started')
      return world
    }
    let made = 0
    /** A computer that no other test knows. */
    const newComputer = async (company: string): Promise<string> => {
      made += 1
      await get().addComputer(company, `PC-${made}`)
      return `PC-${made}`
    }
    const conditions = async (company: string): Promise<readonly string[]> =>
      [...(await get().known(company)).conditions].sort()

    beforeAll(async () => {
      world = await startWorld()
    })
    afterAll(() => world?.stop())

    it('ends by a complete list what the list does not name, and only at its company', async () => {
      const { companies, statuses, sicken, heal, list, forget, tell } = get()
      const [one, other] = companies
      const [first, second] = [await newComputer(one), await newComputer(one)]
      const far = await newComputer(other)
      for (const [company, computer] of [
        [one, first],
        [one, second],
        [other, far],
      ] as const) {
        await sicken(company, computer, statuses[0])
      }
      await forget()
      for (const company of companies) await list(company)
      await tell()
      expect(await conditions(one)).toEqual([`${first}/${statuses[0]}`, `${second}/${statuses[0]}`])
      expect([await get().open(one), await get().open(other)]).toEqual([2, 1])
      await heal(one, first, statuses[0])
      await heal(other, far, statuses[0])
      await forget()
      await list(one)
      await tell()
      expect(await conditions(one)).toEqual([`${second}/${statuses[0]}`])
      expect(await conditions(other)).toEqual([`${far}/${statuses[0]}`])
      await list(other)
      await heal(one, second, statuses[0])
      await tell()
      expect([await get().open(one), await get().open(other)]).toEqual([0, 0])
    })

    it('ends by a change of one computer nothing on another', async () => {
      const { companies, statuses, sicken, heal, tell } = get()
      const [company] = companies
      const [first, second] = [await newComputer(company), await newComputer(company)]
      await sicken(company, first, statuses[0])
      await sicken(company, second, statuses[1])
      await tell()
      await heal(company, first, statuses[0])
      await tell()
      expect(await conditions(company)).toEqual([`${second}/${statuses[1]}`])
      await get().removeComputer(company, second)
      await tell()
      expect(await conditions(company)).toEqual([])
      expect(await get().open(company)).toBe(0)
    })

    it('comes to the newest, whatever the order in which it arrives', async () => {
      const { companies, statuses, sicken, heal, list, pass, raise, resolve, tell } = get()
      const [company] = companies
      const computer = await newComputer(company)
      await tell()
      await sicken(company, computer, statuses[0])
      await list(company)
      await heal(company, computer, statuses[0])
      await sicken(company, computer, statuses[1])
      await list(company)
      await raise(company)
      await pass(1)
      await resolve(company)
      await tell({ reversed: true })
      expect(await conditions(company)).toEqual([`${computer}/${statuses[1]}`])
      await heal(company, computer, statuses[1])
      await tell()
      expect(await get().open(company)).toBe(0)
    })

    it('takes everything twice as once', async () => {
      const { companies, statuses, lasting, sicken, raise, resolve, happen, heal, tell } = get()
      const [company] = companies
      const computer = await newComputer(company)
      const before = await get().everOpened()
      const { events } = await get().known(company)
      await sicken(company, computer, statuses[0])
      await raise(company)
      await happen(company, 3)
      await tell({ twice: true })
      expect(await get().known(company)).toMatchObject({ events: events + 4 })
      expect(await conditions(company)).toEqual([`/${lasting}`, `${computer}/${statuses[0]}`])
      expect((await get().everOpened()) - before).toBe(3)
      await heal(company, computer, statuses[0])
      await resolve(company)
      await tell({ twice: true })
      expect(await conditions(company)).toEqual([])
      // The event without an end is a person's.
      expect(await get().open(company)).toBe(1)
    })

    it('keeps what has an end until it is resolved at its own company', async () => {
      const { companies, lasting, raise, resolve, pass, tell } = get()
      const [one, other] = companies
      await raise(one)
      await raise(other)
      await tell()
      await pass(100)
      expect([await conditions(one), await conditions(other)]).toEqual([[`/${lasting}`], [`/${lasting}`]])
      await resolve(other)
      await tell()
      expect([await conditions(one), await conditions(other)]).toEqual([[`/${lasting}`], []])
      await resolve(one)
      await tell()
      expect(await conditions(one)).toEqual([])
    })

    it('takes silence for nothing', async () => {
      const { companies, statuses, sicken, heal, pass, tell } = get()
      const [company] = companies
      const computer = await newComputer(company)
      await sicken(company, computer, statuses[0])
      await tell()
      const open = await get().open(company)
      await pass(24 * 10)
      expect(await conditions(company)).toEqual([`${computer}/${statuses[0]}`])
      expect(await get().open(company)).toBe(open)
      await heal(company, computer, statuses[0])
      await tell()
      expect(await get().open(company)).toBe(open - 1)
    })

    it('keeps the keys of companies apart', async () => {
      const { companies, statuses, addComputer, sicken, heal, tell } = get()
      const [one, other] = companies
      for (const company of companies) {
        await addComputer(company, 'SAME')
        await sicken(company, 'SAME', statuses[0])
      }
      await tell()
      await heal(one, 'SAME', statuses[0])
      await tell()
      expect([await conditions(one), await conditions(other)]).toEqual([[], [`SAME/${statuses[0]}`]])
      await heal(other, 'SAME', statuses[0])
      await tell()
    })

    it('shows an unknown company with what was heard of it, maps nothing and opens nothing', async () => {
      const { statuses, lasting, addCompany, addComputer, sicken, raise, happen, tell } = get()
      const before = await get().everOpened()
      await addCompany('stranger')
      await addComputer('stranger', 'PC-0')
      await sicken('stranger', 'PC-0', statuses[0])
      await raise('stranger')
      await happen('stranger', 2)
      await tell()
      expect(await get().isMapped('stranger')).toBe(false)
      expect(await get().known('stranger')).toMatchObject({ events: 3 })
      expect(await conditions('stranger')).toEqual([`/${lasting}`, `PC-0/${statuses[0]}`])
      expect(await get().everOpened()).toBe(before)
    })

    it('takes ten thousand at once, and loses none', async () => {
      const { companies, happen, send, settle } = get()
      const [, company] = companies
      const { events } = await get().known(company)
      await happen(company, 10_000)
      await send()
      await settle()
      expect((await get().known(company)).events).toBe(events + 10_000)
    })
  })
}
