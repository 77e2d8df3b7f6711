import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PushedChannelsWorld, PushedSubject } from './pushed-world.ts'

/** What must become of what a feeder sends by mail and syslog, for vendors whose feeder has these ways. */
export function pushedChannelsContract<Settings>({
  connector,
  startWorld,
}: PushedSubject<Settings, PushedChannelsWorld>): void {
  describe(`pushed source contract: what ${connector.name} sends by mail and syslog`, () => {
    let world: PushedChannelsWorld | undefined
    const get = (): PushedChannelsWorld => {
      if (world === undefined) throw new Error('the world has not started')
      return world
    }
    const conditions = async (company: string): Promise<readonly string[]> =>
      [...(await get().known(company)).conditions].sort()

    beforeAll(async () => {
      world = await startWorld()
    })
    afterAll(() => world?.stop())

    it('by mail begins and ends what has an end, at its own company, and twice as once', async () => {
      const { companies, lasting, raise, resolve, pass, tellByMail } = get()
      const [one, other] = companies
      const before = await get().everOpened()
      const open = await get().open(one)
      for (const company of companies) await raise(company)
      await tellByMail({ twice: true })
      expect([await conditions(one), await conditions(other)]).toEqual([[`/${lasting}`], [`/${lasting}`]])
      expect([(await get().everOpened()) - before, await get().open(one)]).toEqual([2, open + 1])
      await pass(1)
      await resolve(one)
      await tellByMail({ twice: true })
      expect([await conditions(one), await conditions(other)]).toEqual([[], [`/${lasting}`]])
      expect(await get().open(one)).toBe(open)
      await pass(1)
      await resolve(other)
      await tellByMail()
      expect(await conditions(other)).toEqual([])
    })

    it('by syslog begins a status of the computer that a list knows, and a later list ends it', async () => {
      const { companies, statuses, addComputer, sicken, heal, list, forget, pass, tell, tellBySyslog } = get()
      const [one, other] = companies
      const computer = 'PC-1'
      await addComputer(one, computer)
      await list(one)
      await tell()
      const before = await get().everOpened()
      const elsewhere = await conditions(other)
      await sicken(one, computer, statuses[0])
      await tellBySyslog({ twice: true })
      expect(await conditions(one)).toEqual([`${computer}/${statuses[0]}`])
      expect((await get().everOpened()) - before).toBe(1)
      await pass(24)
      expect(await conditions(one)).toEqual([`${computer}/${statuses[0]}`])
      expect(await conditions(other)).toEqual(elsewhere)
      await heal(one, computer, statuses[0])
      await forget()
      await list(one)
      await tell()
      expect(await conditions(one)).toEqual([])
      expect((await get().everOpened()) - before).toBe(1)
    })
  })
}
