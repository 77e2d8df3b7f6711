import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createSourceBench, expectFailure, failureOf, type SourceBench } from './source-bench.ts'
import { computersContract } from './source-computers.ts'
import { eventsContract } from './source-events.ts'
import { sourceFailureContract } from './source-failures.ts'
import type { SourceSubject } from './source-world.ts'

/**
 * What every source connector must do, run against its vendor's emulator over real HTTP(S). Called from each vendor's test
 * as `sourceContract({ name, connector, startWorld })`; what a vendor must bring is `SourceWorld`.
 */
export function sourceContract<Settings>(subject: SourceSubject<Settings>): void {
  describe(`source contract: ${subject.name}`, () => {
    let bench: SourceBench<Settings> | undefined
    const get = (): SourceBench<Settings> => {
      if (bench === undefined) throw new Error('the world has not started')
      return bench
    }

    beforeAll(async () => {
      bench = await createSourceBench(subject)
    })
    beforeEach(() => {
      get().world.interceptor.reset()
      get().world.mend()
      get().forget()
    })
    afterEach(() => {
      const said = get().said()
      expect(get().world.secrets.filter((secret) => said.includes(secret))).toEqual([])
    })
    afterAll(() => bench?.stop())

    describe('facts', () => {
      it('keeps an id that fits a folder and a database', () => {
        expect(subject.connector.id).toMatch(/^[a-z][a-z0-9-]*$/)
      })

      it('names every status, severity and event type once, with words and advice', () => {
        const { catalogue } = subject.connector
        for (const list of [catalogue.statuses, catalogue.eventTypes]) {
          expect(new Set(list.map(({ key }) => key)).size).toBe(list.length)
          for (const entry of list) expect([entry.title, entry.advice]).not.toContain('')
        }
        for (const { key, levels } of catalogue.statuses) {
          expect(key).toMatch(/^[a-z][a-z0-9-]*$/)
          expect(levels.length).toBeGreaterThan(0)
          expect(subject.connector.describeStatus(key)).toEqual(catalogue.statuses.find((status) => status.key === key))
        }
        expect(catalogue.severities.map(({ severity }) => severity)).toEqual([
          'critical',
          'functional-failure',
          'warning',
        ])
      })

      it('has words for a status that its catalogue does not list', () => {
        expect(subject.connector.describeStatus('unknown-63')).toMatchObject({
          key: 'unknown-63',
          title: expect.stringContaining('63'),
        })
      })

      it('describes every setting, and takes its own right settings', () => {
        const { properties } = z.toJSONSchema(subject.connector.settings, { io: 'input' })
        const fields = Object.entries(properties ?? {})
        expect(fields.length).toBeGreaterThan(0)
        for (const [name, field] of fields) {
          expect([name, field]).toEqual([
            name,
            expect.objectContaining({ title: expect.any(String), help: expect.any(String) }),
          ])
        }
        expect(subject.connector.settings.parse(get().world.settings)).toEqual(get().world.settings)
      })

      it('says how often to poll', () => {
        const facts = subject.connector.facts(get().world.settings)
        expect(facts.computersEverySeconds).toBeGreaterThan(0)
        expect(facts.eventsEverySeconds).toBeGreaterThan(0)
      })
    })

    describe('check', () => {
      it('says what it saw and finds no problem', async () => {
        const report = await subject.connector.check(get().context())
        expect(report.problems).toEqual([])
        expect(report.facts.length).toBeGreaterThan(2)
        for (const { title, value } of report.facts) expect([title, value]).not.toContain('')
      })

      it('names the right that is missing', async () => {
        const { world, connector, context } = get()
        await world.letRead(false)
        try {
          const { problems } = await connector.check(context())
          expect(problems.length).toBeGreaterThan(0)
          for (const { advice } of problems) expect(advice).toMatch(/right/)
        } finally {
          await world.letRead(true)
        }
      })

      it('fails with advice for every kind of wrong settings', async () => {
        const { world, connector, context } = get()
        for (const { settings, expect: expected } of world.wrongSettings) {
          expectFailure(await failureOf(connector.check(context(settings))), expected)
          expectFailure(await failureOf(connector.listTenants(context(settings))), expected)
          expectFailure(await failureOf(get().events('', settings)), expected)
        }
      })
    })

    computersContract(get)
    eventsContract(get)
    sourceFailureContract(get)
  })
}
