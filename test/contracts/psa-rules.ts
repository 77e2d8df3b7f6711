import { describe, expect, it } from 'vitest'
import type { PsaConnector, PsaOptions } from '../../src/connectors/psa.ts'
import type { FieldValues } from '../../src/core/ticket.ts'
import type { Bench } from './psa-bench.ts'

/** Connecting, mapping and rules: check, accounts, options, problems. */
export function rulesContract<Settings>(get: () => Bench<Settings>): void {
  describe('check', () => {
    it('says what it saw and finds nothing missing at a desk that is right', async () => {
      const { connector, context } = get()
      const report = await connector.check(context)
      expect(report.facts.length).toBeGreaterThan(2)
      for (const fact of report.facts) expect(fact).toEqual({ title: expect.any(String), value: expect.any(String) })
      expect(report.problems).toEqual([])
    })

    it('fails with what is wrong about the settings', async () => {
      const { connector, contextFor, failureOf, interceptor, world } = get()
      expect(world.wrongSettings.length).toBeGreaterThan(0)
      for (const { title, settings, expect: wanted } of world.wrongSettings) {
        const context = contextFor(settings(interceptor.origin))
        const failure = await failureOf(() => connector.check(context))
        expect(failure, title).toMatchObject(wanted)
      }
    })

    it('changes nothing at the desk', async () => {
      const { connector, context, interceptor, world } = get()
      await connector.check(context)
      await connector.readOptions(context)
      expect(interceptor.sent.length).toBeGreaterThan(0)
      const writes = interceptor.sent.filter((one) => world.isWrite(one.method, one.path))
      expect(writes).toEqual([])
    })
  })

  describe('accounts', () => {
    it('lists every active account once, over all pages, names unharmed', async () => {
      const { connector, context, interceptor, world } = get()
      const special = ['Müller & Söhne "GmbH" <x>', 'עברית שלום', 'Praxis 👩‍⚕️🏥', "O'Neil\\Partners"]
      const many = Array.from({ length: 1_100 }, (_, index) => `Client ${index}`)
      const ids = await world.addAccounts([...special, ...many], 'Left us long ago')
      interceptor.reset()
      const accounts = await connector.listAccounts(context)
      const byId = new Map(accounts.map((account) => [account.id, account]))
      expect(byId.size).toBe(accounts.length)
      expect(accounts.every((account) => account.active)).toBe(true)
      expect([...special, ...many].map((name, index) => [name, byId.get(ids[index] ?? '')?.name])).toEqual(
        [...special, ...many].map((name) => [name, name]),
      )
      expect(accounts.some((account) => account.name === 'Left us long ago')).toBe(false)
      expect(world.accounts.every((id) => byId.has(id))).toBe(true)
      expect(interceptor.sent.length).toBeGreaterThan(1)
    })

    it('fails when a later page fails, and gives no list that looks whole', async () => {
      const { connector, context, failureOf, interceptor, world } = get()
      const badGateway = { status: 502, body: '<html><title>Bad gateway</title></html>' }
      interceptor.answer(world.calls.accounts, badGateway, { after: 1 })
      expect(await failureOf(() => connector.listAccounts(context))).toMatchObject({ kind: 'later' })
    })
  })

  describe('options', () => {
    it('has a list for every choice, labels to show and values to keep', async () => {
      const { connector, context } = get()
      const options = await connector.readOptions(context)
      for (const field of choices(connector)) {
        const list = options.choices[field.key]
        expect(list?.length, field.key).toBeGreaterThan(0)
        for (const option of list ?? []) {
          expect(option.value, field.key).not.toBe('')
          expect(option.label, field.key).not.toBe('')
        }
      }
    })

    it('survives being kept as JSON', async () => {
      const { connector, context, world } = get()
      const options = await connector.readOptions(context)
      const kept: PsaOptions = JSON.parse(JSON.stringify(options))
      expect(kept).toEqual(options)
      expect(connector.ruleProblems(kept, world.general, world.rule)).toEqual([])
    })

    it('finds the default of every field', async () => {
      const { connector, context, world } = get()
      const options = await connector.readOptions(context)
      expect(defaultsOf(connector, options)).toEqual(world.defaults)
    })

    it('offers under a parent only what stands there', async () => {
      const { connector, context } = get()
      const options = await connector.readOptions(context)
      for (const field of choices(connector).filter((one) => one.dependsOn !== undefined)) {
        const parents = new Set(options.choices[field.dependsOn ?? '']?.map((option) => option.value))
        for (const option of options.choices[field.key] ?? []) {
          expect(parents.has(option.parent ?? ''), `${field.key} ${option.label}`).toBe(true)
        }
      }
    })
  })

  describe('rules', () => {
    it('has nothing against rules that are right', () => {
      const { connector, context, world } = get()
      expect(connector.ruleProblems(context.options, world.general, world.rule)).toEqual([])
      expect(connector.ruleProblems(context.options, world.general, world.urgentRule)).toEqual([])
    })

    it('names the fields that a rule lacks', () => {
      const { connector, context, world } = get()
      const required = connector.ruleFields.filter((field) => field.required).map((field) => field.key)
      const problems = connector.ruleProblems(context.options, world.general, {})
      const named = problems.map((problem) => problem.field)
      expect(required.length).toBeGreaterThan(0)
      expect(required.filter((key) => !named.includes(key))).toEqual([])
    })

    it('finds what is wrong with a rule without a call', async () => {
      const { connector, context, interceptor, world } = get()
      for (const broken of world.brokenRules) {
        await broken.prepare?.()
        const options = await connector.readOptions(context)
        interceptor.reset()
        const problems = connector.ruleProblems(options, broken.general ?? world.general, broken.rule)
        expect(interceptor.sent).toEqual([])
        expect(problems, broken.title).toContainEqual({
          field: broken.field,
          message: expect.stringMatching(broken.message),
        })
      }
    })
  })
}

function choices<Settings>(connector: PsaConnector<Settings>) {
  return [...connector.generalFields, ...connector.ruleFields].filter((field) => field.kind === 'choice')
}

function defaultsOf<Settings>(connector: PsaConnector<Settings>, options: PsaOptions): FieldValues {
  const entries = [...connector.generalFields, ...connector.ruleFields].flatMap((field): [string, string][] => {
    if (field.default === undefined) return []
    if ('value' in field.default) return [[field.key, field.default.value]]
    const { label } = field.default
    const option = options.choices[field.key]?.find((one) => one.active && one.label === label)
    return [[field.key, option?.value ?? `no active ${label}`]]
  })
  return Object.fromEntries(entries)
}
