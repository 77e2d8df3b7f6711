import { describe, expect, it } from 'vitest'
import type { Match } from '../support/interceptor.ts'
import { byKey, expectFailure, failureOf, type SourceBench } from './source-bench.ts'
import type { Expected } from './source-world.ts'

/** Broken connections and wrong answers: each is one of the five failures, and none looks like a complete list. */
export function sourceFailureContract<Settings>(get: () => SourceBench<Settings>): void {
  const cutOff: Expected = { kind: 'later', reason: 'cut-off', message: /cut/ }

  /** How often the connector asked for it. */
  const asked = ({ path }: Match) => get().world.interceptor.sent.filter((sent) => path.test(sent.path)).length

  describe('broken connections', () => {
    for (const kind of ['cut-before', 'cut-after', 'truncate-reply'] as const) {
      it(`${kind} while computers are listed: the poll fails and lists nothing whole`, async () => {
        const { world, failPoll } = get()
        world.break(kind, world.calls.computers, 1)
        expectFailure(await failPoll(), cutOff)
        expect(asked(world.calls.computers)).toBe(1)
      })

      it(`${kind} at a later page: the same`, async () => {
        const { world, failPoll } = get()
        const failure = await failPoll((page) => {
          if (page === 3) world.break(kind, world.calls.computers, 1)
        })
        expectFailure(failure, cutOff)
        expect(asked(world.calls.computers)).toBeGreaterThan(2)
      })

      it(`${kind} while events are listed: the poll fails, the cursor stays good`, async () => {
        const { world, events } = get()
        const { cursor } = await events('')
        await world.raise({ tenantKey: world.tenants[0], computerKey: '', type: 'X', severity: 'critical', text: kind })
        world.break(kind, world.calls.events, 1)
        expectFailure(await failureOf(events(cursor)), cutOff)
        expect((await events(cursor)).events.map(({ text }) => text)).toContain(kind)
      })
    }

    it('a call that never ends is given up in time', async () => {
      const { world, failPoll } = get()
      world.break('hang', world.calls.computers, 1)
      const begun = performance.now()
      expectFailure(await failPoll(), { kind: 'later', reason: 'timed-out', message: /within 1 s/ })
      expect(performance.now() - begun).toBeLessThan(5000)
    })

    it('after all that, a poll reads everything again', async () => {
      const { world, poll } = get()
      expect(byKey((await poll()).computers)).toEqual(byKey(await world.computers()))
    })
  })

  describe('wrong answers', () => {
    it('each HTTP status is the right failure, asked for once, and never an end', async () => {
      const { world, failPoll } = get()
      for (const { status, headers = {}, expect: expected } of world.statuses) {
        world.interceptor.reset()
        world.interceptor.answer(world.calls.computers, { status, headers, body: `status ${status}` })
        const failure = await failPoll()
        expect([status, failure.kind, failure.reason]).toEqual([status, expected.kind, expected.reason])
        expectFailure(failure, expected)
        expect([status, asked(world.calls.computers)]).toEqual([status, 1])
      }
    })

    it('a hold-back tells until when', async () => {
      const { world, failPoll } = get()
      const limited = world.statuses.find(({ expect: expected }) => expected.kind === 'limited')
      if (limited === undefined) return
      const { status, headers = {} } = limited
      world.interceptor.answer(world.calls.computers, { status, headers, body: '' })
      const { until } = await failPoll()
      expect(until?.getTime()).toBeGreaterThan(world.now().getTime())
    })

    for (const [what, body] of [
      ['truncated JSON', '{"PxgRetVal": 3, "pChunk": {"KLCSP_ITER'],
      ['an empty body', ''],
      ['JSON of another shape', '["unexpected"]'],
      ['a web page', '<!DOCTYPE html><html><body>Log in to your router</body></html>'],
    ] as const) {
      it(`${what} instead of computers, of events, of a log-on`, async () => {
        const { world, failPoll, events } = get()
        const { cursor } = await events('')
        await world.raise({ tenantKey: world.tenants[0], computerKey: '', type: 'X', severity: 'critical', text: what })
        const headers = { 'content-type': what === 'a web page' ? 'text/html' : 'application/json' }
        const answer = (call: Match) => world.interceptor.answer(call, { status: 200, headers, body })
        const expected: Expected = {
          kind: 'later',
          reason: 'bad-reply',
          message: what === 'a web page' ? /web page.*[Cc]heck the address/ : /\w/,
        }
        answer(world.calls.computers)
        expectFailure(await failPoll(), expected)
        answer(world.calls.events)
        expectFailure(await failureOf(events(cursor)), expected)
        world.interceptor.reset()
        answer(world.calls.logOn)
        expectFailure(await failureOf(events(cursor)), expected)
        world.interceptor.reset()
        expect((await events(cursor)).events.map(({ text }) => text)).toContain(what)
      })
    }
  })

  describe('stopping', () => {
    it('a consumer that goes away half-way leaves nothing behind', async () => {
      const { world, connector, context, poll } = get()
      const tenants = await connector.listTenants(context())
      for await (const page of connector.pollComputers(context(), tenants)) {
        expect(page.kind).toBe('computers')
        break
      }
      expect(byKey((await poll()).computers)).toEqual(byKey(await world.computers()))
    })

    it('an unreachable server is a failure that says what to check', async () => {
      const { world, failPoll } = get()
      world.break('refuse', world.calls.logOn, Number.MAX_SAFE_INTEGER)
      expect(await failPoll()).toMatchObject({ kind: 'later' })
      world.mend()
    })
  })
}
