import { describe, expect, it } from 'vitest'
import type { TicketSeen } from '../../src/core/ticket.ts'
import type { Bench } from './psa-bench.ts'

const cannotBeAsked = 'this desk cannot be asked what changed'
const cannotMerge = 'this desk merges no tickets'

/** What people do at the desk: seen when the ticket is read, and by looking for what changed where the desk can be asked. */
export function peopleContract<Settings>(get: () => Bench<Settings>): void {
  describe('people', () => {
    it('sees a ticket that a technician closed, and reopened', async () => {
      const { connector, context, draft, world } = get()
      const { ticketId } = await connector.create(context, draft())
      const begun = later(get())
      await world.technician.close(ticketId)
      expect(await connector.read(context, ticketId)).toMatchObject({ state: 'closed' })
      expect(await changed(get(), begun, ticketId)).toContainEqual(
        expect.objectContaining({ ticketId, state: 'closed' }),
      )
      const again = later(get())
      await world.technician.reopen(ticketId)
      expect(await connector.read(context, ticketId)).toMatchObject({ state: 'open' })
      expect(await changed(get(), again, ticketId)).toContainEqual(expect.objectContaining({ ticketId, state: 'open' }))
    })

    it('sees a ticket of ours that was reopened after we closed it', async () => {
      const { connector, context, draft, world } = get()
      const { ticketId } = await connector.create(context, draft())
      await connector.close(context, ticketId, { resolution: 'Over.', general: world.general })
      const begun = later(get())
      await world.technician.reopen(ticketId)
      expect(await changed(get(), begun, ticketId)).toContainEqual(expect.objectContaining({ ticketId, state: 'open' }))
    })

    it('sees fields that a technician changed', async () => {
      const { connector, context, draft, world } = get()
      const { ticketId } = await connector.create(context, draft())
      const begun = later(get())
      const keys = connector.ruleFields.filter((field) => field.escalates === true).map((field) => field.key)
      for (const key of keys) await world.technician.write(ticketId, key, world.urgentRule[key] ?? '')
      const { fields } = await connector.read(context, ticketId)
      expect(keys.map((key) => fields[key])).toEqual(keys.map((key) => world.urgentRule[key]))
      expect(await changed(get(), begun, ticketId)).toContainEqual(expect.objectContaining({ ticketId, fields }))
    })

    it('gives changes with their references, only from the moment asked for, over all pages', async ({ skip }) => {
      const { connector, context, draft, world } = get()
      if (connector.changedSince === null) return skip(cannotBeAsked)
      const old = await connector.create(context, draft())
      const begun = later(get())
      const drafts = Array.from({ length: 8 }, () => draft())
      const made: string[] = []
      for (const one of drafts) made.push((await connector.create(context, one)).ticketId)
      const seen = await changed(get(), begun, old.ticketId)
      expect(seen.map((ticket) => ticket.ticketId)).not.toContain(old.ticketId)
      expect(new Set(seen.map((ticket) => ticket.ticketId)).size).toBe(seen.length)
      for (const [index, ticketId] of made.entries()) {
        const ticket = seen.find((one) => one.ticketId === ticketId)
        expect(ticket).toMatchObject({ reference: drafts[index]?.reference, accountId: world.accounts[0] })
        expect(ticket?.changedAt?.getTime()).toBeGreaterThanOrEqual(begun.getTime())
      }
    })

    it('gives only tickets that carry a reference of ours', async ({ skip }) => {
      const { connector, context, draft, world } = get()
      if (connector.changedSince === null) return skip(cannotBeAsked)
      const begun = later(get())
      const { ticketId } = await connector.create(context, draft())
      const foreign = await connector.create(context, draft({ reference: 'other-program-0001' }))
      await world.technician.close(foreign.ticketId)
      expect((await changed(get(), begun, ticketId)).map((ticket) => ticket.ticketId)).toEqual([ticketId])
    })

    it('gives no changes where there were none', async ({ skip }) => {
      if (get().connector.changedSince === null) return skip(cannotBeAsked)
      const begun = later(get())
      expect(await changed(get(), begun, '')).toEqual([])
    })

    it.for(['deleted', 'merged'] as const)('calls a ticket that was %s gone', async (how, { skip }) => {
      const { connector, context, draft, failureOf, world } = get()
      const { remove, merge } = world.technician
      if (how === 'merged' && merge === undefined) return skip(cannotMerge)
      const { ticketId } = await connector.create(context, draft())
      const other = await connector.create(context, draft())
      if (how === 'deleted') await remove(ticketId)
      else await merge?.(ticketId, other.ticketId)
      expect(await failureOf(() => connector.read(context, ticketId))).toMatchObject({ kind: 'gone', reason: how })
      expect(await connector.read(context, other.ticketId)).toMatchObject({ state: 'open' })
    })

    it('does not call a ticket gone that took another in and was closed later', async ({ skip }) => {
      const { connector, context, draft, world } = get()
      const { merge } = world.technician
      if (merge === undefined) return skip(cannotMerge)
      const { ticketId } = await connector.create(context, draft())
      const other = await connector.create(context, draft())
      await merge(other.ticketId, ticketId)
      world.advance(3_600_000)
      await world.technician.close(ticketId)
      expect(await connector.read(context, ticketId)).toMatchObject({ ticketId, state: 'closed' })
    })

    it('calls a deleted ticket gone at every write, and writes nothing', async () => {
      const { connector, context, draft, failureOf, world } = get()
      const { ticketId } = await connector.create(context, draft())
      await world.technician.remove(ticketId)
      const note = { title: 'Seen again', text: 'once', marker: '[contract #9]', general: world.general }
      const closing = { resolution: 'Over.', general: world.general }
      const key = connector.ruleFields.find((field) => field.escalates === true)?.key ?? ''
      const urgent = { [key]: world.urgentRule[key] ?? '' }
      const gone = { kind: 'gone', reason: 'deleted' }
      expect(await failureOf(() => connector.note(context, ticketId, note))).toMatchObject(gone)
      expect(await failureOf(() => connector.update(context, ticketId, urgent))).toMatchObject(gone)
      expect(await failureOf(() => connector.close(context, ticketId, closing))).toMatchObject(gone)
      const tickets = await world.tickets()
      expect(tickets.some((ticket) => ticket.ticketId === ticketId)).toBe(false)
    })
  })
}

/** Lets the desk's clock go on, so that what happened before lies before the moment given. */
function later<Settings>({ world }: Bench<Settings>): Date {
  world.advance(60_000)
  return world.now()
}

/** What changed since; a desk that cannot be asked is asked for this one ticket, as our sweep does. */
async function changed<Settings>(
  { connector, context }: Bench<Settings>,
  since: Date,
  ticketId: string,
): Promise<TicketSeen[]> {
  if (connector.changedSince === null) return [await connector.read(context, ticketId)]
  const seen: TicketSeen[] = []
  for await (const page of connector.changedSince(context, since)) seen.push(...page)
  return seen
}
