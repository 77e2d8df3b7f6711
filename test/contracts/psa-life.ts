import { describe, expect, it } from 'vitest'
import type { TicketDraft } from '../../src/core/ticket.ts'
import { type Bench, semaphoreGate } from './psa-bench.ts'
import type { StoredTicket } from './psa-world.ts'

/** A ticket's life with us: created, found, read, noted, updated, closed; each also after a lost answer. */
export function lifeContract<Settings>(get: () => Bench<Settings>): void {
  describe('create, find, read', () => {
    it('creates a ticket as drafted', async () => {
      const { connector, context, draft, world } = get()
      const drafted = draft()
      const { ticketId } = await connector.create(context, drafted)
      expect(await stored(get(), drafted)).toMatchObject([
        {
          ticketId,
          reference: drafted.reference,
          accountId: drafted.accountId,
          title: drafted.title,
          description: drafted.description,
          state: 'open',
          fields: pick(world.rule, escalating(get())),
        },
      ])
    })

    it('finds a ticket by its reference and reads it', async () => {
      const { connector, context, draft, world } = get()
      const drafted = draft({ accountId: world.accounts[1] })
      const { ticketId } = await connector.create(context, drafted)
      const wanted = {
        ticketId,
        reference: drafted.reference,
        accountId: drafted.accountId,
        state: 'open',
        fields: expect.objectContaining(pick(world.rule, escalating(get()))),
      }
      const found = await connector.find(context, drafted.reference, drafted.accountId)
      expect(found).toEqual([expect.objectContaining(wanted)])
      const read = await connector.read(context, ticketId)
      expect(read).toEqual(found[0])
      expect(read.number).not.toBe('')
    })

    it('finds nothing for a reference that was never used, or for part of one', async () => {
      const { connector, context, draft } = get()
      const drafted = draft()
      await connector.create(context, drafted)
      expect(await connector.find(context, `${drafted.reference}x`, drafted.accountId)).toEqual([])
      expect(await connector.find(context, drafted.reference.slice(0, -1), drafted.accountId)).toEqual([])
    })

    it('finds all tickets of one reference, closed ones too, the newest first', async () => {
      const { connector, context, draft, world } = get()
      const drafted = draft()
      const first = await connector.create(context, drafted)
      await connector.close(context, first.ticketId, { resolution: 'Over.', general: world.general })
      world.advance(60_000)
      const second = await connector.create(context, drafted)
      const found = await connector.find(context, drafted.reference, drafted.accountId)
      expect(found.map((seen) => [seen.ticketId, seen.state])).toEqual([
        [second.ticketId, 'open'],
        [first.ticketId, 'closed'],
      ])
    })

    it.each(['cutAfterCommit', 'truncateReply'])(
      'after a lost answer (%s) finds the ticket and does not double',
      async (fault) => {
        const { connector, context, draft, failureOf, world } = get()
        const drafted = draft()
        world.setFaults({ [fault]: { match: faultMatch(world.calls.create), times: 1 } })
        const failure = await failureOf(() => connector.create(context, drafted))
        expect(failure).toMatchObject({ kind: 'later', outcome: 'unknown' })
        const found = await connector.find(context, drafted.reference, drafted.accountId)
        expect(found).toHaveLength(1)
        expect(await stored(get(), drafted)).toHaveLength(1)
      },
    )

    it('finds nothing after a call that never arrived, and its failure leaves it open', async () => {
      const { connector, context, draft, failureOf, world } = get()
      const drafted = draft()
      world.setFaults({ cutBefore: { match: faultMatch(world.calls.create), times: 1 } })
      const failure = await failureOf(() => connector.create(context, drafted))
      expect(failure).toMatchObject({ kind: 'later', outcome: 'unknown' })
      expect(await connector.find(context, drafted.reference, drafted.accountId)).toEqual([])
    })

    it('quotes the desk when it refuses a rule', async () => {
      const { connector, context, draft, failureOf, world } = get()
      const drafted = draft({ fields: world.refusedRule.rule })
      const failure = await failureOf(() => connector.create(context, drafted))
      expect(failure).toMatchObject({ ...world.refusedRule.expect, outcome: 'not-done' })
      expect(failure.message).toMatch(world.refusedRule.words)
      expect(await stored(get(), drafted)).toEqual([])
    })
  })

  describe('notes', () => {
    it('adds an internal note that is found again by its marker', async () => {
      const { connector, context, draft, world } = get()
      const drafted = draft()
      const { ticketId } = await connector.create(context, drafted)
      const marker = `[${drafted.reference} #1]`
      expect(await connector.hasNote(context, ticketId, marker)).toBe(false)
      const note = { title: 'Seen again', text: 'Three times since 08:10.', marker, general: world.general }
      await connector.note(context, ticketId, note)
      expect(await connector.hasNote(context, ticketId, marker)).toBe(true)
      expect(await connector.hasNote(context, ticketId, `[${drafted.reference} #2]`)).toBe(false)
      const [ticket] = await stored(get(), drafted)
      expect(ticket?.notes).toHaveLength(1)
      expect(ticket?.notes[0]).toMatchObject({ internal: true })
      expect(`${ticket?.notes[0]?.title} ${ticket?.notes[0]?.text}`).toContain('Seen again')
      expect(ticket?.notes[0]?.text).toContain('Three times since 08:10.')
    })

    it('finds its note among those of people, and not on another ticket', async () => {
      const { connector, context, draft, world } = get()
      const { ticketId } = await connector.create(context, draft())
      const other = await connector.create(context, draft())
      const marker = '[contract #7]'
      await connector.note(context, ticketId, { title: 'Ours', text: 'ours', marker, general: world.general })
      for (let n = 0; n < 30; n += 1) await world.technician.note(ticketId, `I looked at it ${n} times`)
      expect(await connector.hasNote(context, ticketId, marker)).toBe(true)
      expect(await connector.hasNote(context, other.ticketId, marker)).toBe(false)
    })

    it('finds a note whose answer was lost', async () => {
      const { connector, context, draft, failureOf, world } = get()
      const { ticketId } = await connector.create(context, draft())
      const note = { title: 'Seen again', text: 'once', marker: '[contract #8]', general: world.general }
      world.setFaults({ cutAfterCommit: { match: faultMatch(world.calls.note), times: 1 } })
      expect(await failureOf(() => connector.note(context, ticketId, note))).toMatchObject({ outcome: 'unknown' })
      expect(await connector.hasNote(context, ticketId, note.marker)).toBe(true)
    })
  })

  describe('update', () => {
    it('writes only the named fields', async () => {
      const { connector, context, draft, world } = get()
      const drafted = draft()
      const { ticketId } = await connector.create(context, drafted)
      for (const key of escalating(get())) {
        const value = world.urgentRule[key] ?? ''
        const [before] = await stored(get(), drafted)
        await connector.update(context, ticketId, { [key]: value })
        const [after] = await stored(get(), drafted)
        expect(after?.fields[key], key).toBe(value)
        expect(changedKeys(before, after), key).toHaveLength(1)
      }
      const { fields } = await connector.read(context, ticketId)
      expect(pick(fields, escalating(get()))).toEqual(pick(world.urgentRule, escalating(get())))
    })

    it('sends nothing for no fields', async () => {
      const { connector, context, draft, interceptor } = get()
      const { ticketId } = await connector.create(context, draft())
      interceptor.reset()
      await connector.update(context, ticketId, {})
      expect(interceptor.sent).toEqual([])
    })
  })

  describe('close', () => {
    it('closes with a resolution and says what the desk then says', async () => {
      const { connector, context, draft, world } = get()
      const drafted = draft()
      const { ticketId } = await connector.create(context, drafted)
      const closing = { resolution: 'The databases are up to date again.', general: world.general }
      const closed = await connector.close(context, ticketId, closing)
      expect(closed).toMatchObject({ wasOpen: true, seen: { ticketId, state: 'closed' } })
      const [ticket] = await stored(get(), drafted)
      expect(ticket).toMatchObject({ state: 'closed', title: drafted.title, description: drafted.description })
      expect(`${ticket?.resolution} ${ticket?.notes.map((note) => note.text)}`).toContain(closing.resolution)
    })

    it('touches nothing on a ticket that was closed before', async () => {
      const { connector, context, draft, interceptor, world } = get()
      const drafted = draft()
      const { ticketId } = await connector.create(context, drafted)
      await world.technician.close(ticketId)
      const before = await stored(get(), drafted)
      interceptor.reset()
      const closed = await connector.close(context, ticketId, { resolution: 'Over.', general: world.general })
      expect(closed).toMatchObject({ wasOpen: false, seen: { state: 'closed' } })
      expect(interceptor.sent.filter((one) => world.isWrite(one.method, one.path))).toEqual([])
      expect(await stored(get(), drafted)).toEqual(before)
    })

    it('tells when a rule of the desk undid the close', async ({ skip }) => {
      const { connector, context, draft, world } = get()
      if (world.undoNextClose === undefined) return skip('this desk has no such rules')
      const { ticketId } = await connector.create(context, draft())
      await world.undoNextClose()
      const closed = await connector.close(context, ticketId, { resolution: 'Over.', general: world.general })
      expect(closed).toMatchObject({ wasOpen: true, seen: { state: 'open' } })
    })

    it('is unknown, not failed, when the answer was lost', async () => {
      const { connector, context, draft, failureOf, world } = get()
      const drafted = draft()
      const { ticketId } = await connector.create(context, drafted)
      world.setFaults({ cutAfterCommit: { match: faultMatch(world.calls.update), times: 1 } })
      const closing = { resolution: 'Over.', general: world.general }
      const failure = await failureOf(() => connector.close(context, ticketId, closing))
      expect(failure).toMatchObject({ kind: 'later', outcome: 'unknown' })
      expect((await stored(get(), drafted))[0]?.state).toBe('closed')
    })
  })

  describe('limits', () => {
    it('uses the granted calls at once, never more', async () => {
      const { connector, contextFor, draft, interceptor, context, world } = get()
      const settings = world.settings(interceptor.origin)
      const { threadsPerEndpoint } = connector.facts(settings)
      const gate = semaphoreGate(threadsPerEndpoint)
      const busy = { ...contextFor(settings, { gate }), options: context.options }
      const before = world.load().rateLimited
      world.setFaults({ latencyMs: 25 })
      const drafts = Array.from({ length: 24 }, () => draft())
      const made = await Promise.all(drafts.map((one) => connector.create(busy, one)))
      await Promise.all(
        made.map(async ({ ticketId }, index) => {
          await connector.read(busy, ticketId)
          const reference = drafts[index]?.reference ?? ''
          await connector.find(busy, reference, world.accounts[0])
          await connector.close(busy, ticketId, { resolution: 'Over.', general: world.general })
        }),
      )
      expect(world.load().rateLimited - before).toBe(0)
      if (threadsPerEndpoint > 0) expect(world.load().mostAtOnce).toBe(threadsPerEndpoint)
    })
  })
}

async function stored<Settings>({ world }: Bench<Settings>, draft: TicketDraft): Promise<readonly StoredTicket[]> {
  const tickets = await world.tickets()
  return tickets.filter((ticket) => ticket.reference === draft.reference)
}

function escalating<Settings>({ connector }: Bench<Settings>): readonly string[] {
  return connector.ruleFields.filter((field) => field.escalates === true).map((field) => field.key)
}

function pick(values: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(keys.map((key) => [key, values[key]]))
}

function changedKeys(before: StoredTicket | undefined, after: StoredTicket | undefined): readonly string[] {
  const [old, fresh] = [before?.writable ?? {}, after?.writable ?? {}]
  const keys = [...new Set([...Object.keys(old), ...Object.keys(fresh)])]
  return keys.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(fresh[key]))
}

/** A match as the emulator kit's faults take it. */
export function faultMatch({ method, path }: { method: string; path: RegExp }): { method: string; path: string } {
  return { method, path: path.source }
}
