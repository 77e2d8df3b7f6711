import { describe, expect, it } from 'vitest'
import { closingMark, resolutionText } from '../../src/core/texts.ts'
import type { TicketSeen } from '../../src/core/ticket.ts'
import type { Bench } from './psa-bench.ts'

/** What a database restored from an older copy asks a desk: which tickets it does not know, and who closed one. */
export function restoreContract<Settings>(get: () => Bench<Settings>): void {
  async function openedAfter(ticketId: string | null): Promise<TicketSeen[]> {
    const { connector, context } = get()
    const seen: TicketSeen[] = []
    for await (const page of connector.openedAfter(context, ticketId)) seen.push(...page)
    return seen
  }

  describe('after a restore', () => {
    it('lists every ticket of ours that was opened after another, open or closed, over all pages', async () => {
      const { connector, context, draft, world } = get()
      const old = await connector.create(context, draft())
      const drafts = Array.from({ length: 8 }, () => draft())
      const made: string[] = []
      for (const one of drafts) made.push((await connector.create(context, one)).ticketId)
      await connector.create(context, draft({ reference: 'other-program-0002' }))
      await world.technician.close(made[3] ?? '')
      const seen = await openedAfter(old.ticketId)
      expect(seen.map(({ ticketId }) => ticketId).sort()).toEqual([...made].sort())
      for (const [n, ticketId] of made.entries()) {
        expect(seen.find((one) => one.ticketId === ticketId)).toMatchObject({
          reference: drafts[n]?.reference,
          accountId: world.accounts[0],
          state: n === 3 ? 'closed' : 'open',
        })
      }
      const all = await openedAfter(null)
      expect(all.map(({ ticketId }) => ticketId)).toEqual(expect.arrayContaining([old.ticketId, ...made]))
      expect(await openedAfter(made.at(-1) ?? '')).toEqual([])
    })

    it('tells a close of ours from a person’s', async () => {
      const { connector, context, draft, world } = get()
      const { ticketId: ours } = await connector.create(context, draft())
      const { ticketId: theirs } = await connector.create(context, draft())
      const resolution = resolutionText('Protection is disabled', 'no-longer-applies', world.now(), 0)
      await connector.close(context, ours, { resolution, general: world.general })
      await world.technician.close(theirs)
      expect(await connector.hasResolution(context, ours, closingMark)).toBe(true)
      expect(await connector.hasResolution(context, theirs, closingMark)).toBe(false)
    })
  })
}
