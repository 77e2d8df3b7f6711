import { describe, expect, it } from 'vitest'
import type { FailureKind } from '../../src/core/failure.ts'
import type { StandIn } from '../support/interceptor.ts'
import type { Bench } from './psa-bench.ts'
import { faultMatch } from './psa-life.ts'

const html = { 'content-type': 'text/html' }
const json = { 'content-type': 'application/json' }
const page = '<!DOCTYPE html><html><head><title>Not what you wanted</title></head><body>Sorry</body></html>'

type Case = {
  readonly title: string
  readonly answer: StandIn
  /** Kinds that are right for a create. */
  readonly create: readonly FailureKind[]
  /** Whether the ticket may have been created: then the outcome must be unknown. */
  readonly doubtful: boolean
}

/** Answers that mean the same from every desk. Those that only one desk gives are in its world. */
const cases: readonly Case[] = [
  { title: '401 empty', answer: { status: 401, body: '' }, create: ['denied'], doubtful: false },
  { title: '429 empty', answer: { status: 429, body: '' }, create: ['limited'], doubtful: false },
  {
    title: '429 with Retry-After',
    answer: { status: 429, headers: { 'retry-after': '30' }, body: '' },
    create: ['limited'],
    doubtful: false,
  },
  {
    title: '400 page',
    answer: { status: 400, headers: html, body: page },
    create: ['later', 'refused'],
    doubtful: true,
  },
  {
    title: '403 page',
    answer: { status: 403, headers: html, body: page },
    create: ['later', 'denied'],
    doubtful: true,
  },
  {
    title: '404 page',
    answer: { status: 404, headers: html, body: page },
    create: ['later', 'refused'],
    doubtful: false,
  },
  {
    title: '405 page',
    answer: { status: 405, headers: html, body: page },
    create: ['later', 'refused'],
    doubtful: false,
  },
  { title: '500 page', answer: { status: 500, headers: html, body: page }, create: ['later'], doubtful: true },
  { title: '500 empty', answer: { status: 500, body: '' }, create: ['later'], doubtful: true },
  { title: '502 page', answer: { status: 502, headers: html, body: page }, create: ['later'], doubtful: true },
  { title: '503 page', answer: { status: 503, headers: html, body: page }, create: ['later'], doubtful: true },
  { title: '504 page', answer: { status: 504, headers: html, body: page }, create: ['later'], doubtful: true },
  { title: '200 page', answer: { status: 200, headers: html, body: page }, create: ['later'], doubtful: true },
  { title: '200 empty', answer: { status: 200, headers: json, body: '' }, create: ['later'], doubtful: true },
  {
    title: '200 half JSON',
    answer: { status: 200, headers: json, body: '{"id": 12, "it' },
    create: ['later'],
    doubtful: true,
  },
  { title: '200 null', answer: { status: 200, headers: json, body: 'null' }, create: ['later'], doubtful: true },
  {
    title: '200 other JSON',
    answer: { status: 200, headers: json, body: '{"hello":"world"}' },
    create: ['later'],
    doubtful: true,
  },
  { title: '200 list', answer: { status: 200, headers: json, body: '[]' }, create: ['later'], doubtful: true },
  {
    title: '302 elsewhere',
    answer: { status: 302, headers: { location: '/login' }, body: '' },
    create: ['later', 'denied'],
    doubtful: true,
  },
]

/** Everything that can go wrong on the way, and what each call must make of it. */
export function failureContract<Settings>(get: () => Bench<Settings>): void {
  describe('failures', () => {
    it.each(cases)('create answered with $title', async ({ answer, create, doubtful }) => {
      const { connector, context, draft, failureOf, interceptor, world } = get()
      interceptor.answer(world.calls.create, answer)
      const failure = await failureOf(() => connector.create(context, draft()))
      expect(create).toContain(failure.kind)
      if (doubtful && failure.kind === 'later') expect(failure.outcome).toBe('unknown')
      if (!doubtful) expect(failure.outcome).toBe('not-done')
      expect(failure.message.length).toBeGreaterThan(20)
      expect(failure.message).not.toContain('<')
    })

    it.each(cases)('read answered with $title is never gone, and nothing is in doubt', async ({ answer, create }) => {
      const { connector, context, draft, failureOf, interceptor, world } = get()
      const { ticketId } = await connector.create(context, draft())
      interceptor.answer(world.calls.read, answer, { times: 3 })
      // A desk may have a second way to ask; when that works the read may succeed.
      const seen = await connector.read(context, ticketId).catch(() => null)
      if (seen !== null) return expect(seen).toMatchObject({ ticketId, state: 'open' })
      const failure = await failureOf(() => connector.read(context, ticketId))
      expect(failure.kind).not.toBe('gone')
      expect(create).toContain(failure.kind)
      expect(failure.outcome).toBe('not-done')
    })

    it('never takes a broken search for an empty one', async () => {
      const { connector, context, draft, failureOf, interceptor, world } = get()
      const drafted = draft()
      for (const { answer, create, title } of cases) {
        if (answer.status === 200 && answer.body === world.emptySearch) continue
        interceptor.reset()
        interceptor.answer(world.calls.find, answer)
        const failure = await failureOf(() => connector.find(context, drafted.reference, drafted.accountId))
        expect(create, title).toContain(failure.kind)
      }
    })

    it('never takes a broken look at the notes for "no such note"', async () => {
      const { connector, context, draft, failureOf, world } = get()
      const { ticketId } = await connector.create(context, draft())
      world.setFaults({ errorRate: { value: 1, kind: 'html-503' } })
      const failure = await failureOf(() => connector.hasNote(context, ticketId, '[contract #1]'))
      expect(failure).toMatchObject({ kind: 'later' })
    })

    it('says until when to hold back', async () => {
      const { connector, context, draft, failureOf, interceptor, world } = get()
      interceptor.answer(world.calls.create, { status: 429, body: '' })
      const short = await failureOf(() => connector.create(context, draft()))
      expect(secondsAhead(get(), short.until)).toBeGreaterThan(0)
      expect(secondsAhead(get(), short.until)).toBeLessThanOrEqual(600)
      interceptor.answer(world.calls.create, { status: 429, headers: { 'retry-after': '30' }, body: '' })
      const told = await failureOf(() => connector.create(context, draft()))
      expect(secondsAhead(get(), told.until)).toBeCloseTo(30, 0)
    })

    it('understands what only this desk says', async () => {
      const { connector, context, draft, failureOf, interceptor, world } = get()
      const { ticketId } = await connector.create(context, draft())
      for (const { title, answer, create, read } of world.answers) {
        interceptor.reset()
        interceptor.answer(world.calls.create, answer)
        const { unknown, ...wanted } = create
        const outcome = unknown ? 'unknown' : 'not-done'
        const created = await failureOf(() => connector.create(context, draft()))
        expect(created, `create: ${title}`).toMatchObject({ ...wanted, outcome })
        interceptor.answer(world.calls.read, answer)
        const seen = await failureOf(() => connector.read(context, ticketId))
        expect(seen, `read: ${title}`).toMatchObject({ ...read, outcome: 'not-done' })
      }
    })

    it('keeps what the desk echoes out of errors and logs', async () => {
      const { connector, context, draft, failureOf, interceptor, world } = get()
      const echo: StandIn = {
        status: 400,
        headers: json,
        body: (sent) =>
          JSON.stringify({ message: JSON.stringify(sent.headers), errors: [JSON.stringify(sent.headers)] }),
      }
      interceptor.answer(world.calls.create, echo)
      await failureOf(() => connector.create(context, draft()))
      interceptor.answer(world.calls.find, { ...echo, status: 500 })
      await failureOf(() => connector.find(context, 'tocsin-echo', world.accounts[0]))
      const sent = JSON.stringify(interceptor.sent.map((one) => one.headers))
      // Otherwise the test would look for something that was never there.
      expect(world.secrets.some((secret) => sent.includes(secret))).toBe(true)
      expect(interceptor.sent.some((one) => world.secrets.some((secret) => one.path.includes(secret)))).toBe(false)
    })

    it('gives up a desk that never answers', async () => {
      const { connector, context, contextFor, draft, failureOf, interceptor, world } = get()
      const hasty = { ...contextFor(context.settings, { timeoutMs: 300 }), options: context.options }
      const { ticketId } = await connector.create(context, draft())
      world.setFaults({ dead: 'silent' })
      const late = { kind: 'later', reason: 'timed-out' }
      const lost = await failureOf(() => connector.create(hasty, draft()))
      expect(lost).toMatchObject({ ...late, outcome: 'unknown' })
      const unread = await failureOf(() => connector.read(hasty, ticketId))
      expect(unread).toMatchObject({ ...late, outcome: 'not-done' })
      world.setFaults({})
      expect(interceptor.sent.length).toBeGreaterThan(1)
    })

    it('knows that nothing was done where no connection was made', async () => {
      const { connector, context, contextFor, draft, failureOf, world } = get()
      // Port 9 (discard) is not served on any machine that runs tests.
      const nowhere = { ...contextFor(world.settings('http://127.0.0.1:9')), options: context.options }
      const unreachable = { kind: 'later', reason: 'unreachable', outcome: 'not-done' }
      expect(await failureOf(() => connector.create(nowhere, draft()))).toMatchObject(unreachable)
      expect(await failureOf(() => connector.check(nowhere))).toMatchObject(unreachable)
    })

    it.each(['cutBefore', 'truncateReply'])('survives answers lost while reading (%s)', async (fault) => {
      const { connector, context, draft, failureOf, world } = get()
      const drafted = draft()
      const { ticketId } = await connector.create(context, drafted)
      world.setFaults({ [fault]: { match: faultMatch(world.calls.read) } })
      const failure = await failureOf(() => connector.read(context, ticketId))
      expect(failure).toMatchObject({ kind: 'later', outcome: 'not-done' })
      world.setFaults({})
      expect(await connector.read(context, ticketId)).toMatchObject({ state: 'open' })
    })

    it('stops at once when the program stops', async () => {
      const { connector, context, contextFor, draft, failureOf, world } = get()
      world.setFaults({ dead: 'silent' })
      const own = contextFor(context.settings)
      const waiting = failureOf(() => connector.create({ ...own, options: context.options }, draft()))
      const begun = performance.now()
      await new Promise((resolve) => setTimeout(resolve, 50))
      await own.http.close()
      expect(await waiting).toMatchObject({ kind: 'later' })
      expect(performance.now() - begun).toBeLessThan(2_000)
    })
  })
}

function secondsAhead<Settings>({ world }: Bench<Settings>, until: Date | null): number {
  return ((until?.getTime() ?? 0) - world.now().getTime()) / 1_000
}
