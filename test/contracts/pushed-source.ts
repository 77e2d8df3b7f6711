import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { SourceConnector } from '../../src/connectors/source.ts'

/**
 * What every connector of a source that sends by itself must be: its own words and rules, without a network. What must become
 * of what its feeder sends is in `pushed-life.ts`.
 */
export function pushedSourceContract<Settings>(connector: SourceConnector<Settings>): void {
  const { catalogue, pushed, describeEvent } = connector
  if (pushed === undefined || describeEvent === undefined) throw new Error(`${connector.id} is not a pushed source.`)
  const settings = connector.settings.parse({})
  const products = (catalogue.products ?? []).map(({ key }) => key)

  describe(`pushed source contract: ${connector.name}`, () => {
    it('keeps an id that fits a folder and a database', () => {
      expect(connector.id).toMatch(/^[a-z][a-z0-9-]*$/)
    })

    it('names every status and event type once, with words, advice and a product of its own', () => {
      for (const list of [catalogue.statuses, catalogue.eventTypes]) {
        expect(new Set(list.map(({ key }) => key)).size).toBe(list.length)
        for (const { title, advice, product } of list) {
          expect([title, advice]).not.toContain('')
          expect(products).toContain(product)
        }
      }
      for (const status of catalogue.statuses) expect(connector.describeStatus(status.key)).toEqual(status)
      expect((catalogue.products ?? []).filter(({ hasSeverities }) => hasSeverities).length).toBeLessThanOrEqual(1)
    })

    it('never gives a status and an event with an end the same key', () => {
      const statuses = new Set(catalogue.statuses.map(({ key }) => key))
      const lasting = catalogue.eventTypes.filter(({ hasEnd }) => hasEnd === true)
      expect(lasting.filter(({ key }) => statuses.has(key))).toEqual([])
      for (const { key, title } of lasting) expect(connector.describeStatus(key)).toMatchObject({ key, title })
    })

    it('says of each event type what its catalogue says, and of an unknown one that it has no end', () => {
      for (const { key, product, hasEnd = false } of catalogue.eventTypes) {
        expect(describeEvent(key)).toMatchObject({ product, hasEnd })
      }
      expect(describeEvent('NobodyKnows')).toMatchObject({ hasEnd: false })
      expect(connector.describeStatus('nobody-knows')).toMatchObject({ title: expect.stringContaining('nobody-knows') })
    })

    it('lets events of a product without severities follow none', () => {
      for (const { key, product } of catalogue.eventTypes) {
        const owner = catalogue.products?.find((one) => one.key === product)
        expect([key, describeEvent(key).followsSeverity]).toEqual([key, owner?.hasSeverities])
      }
    })

    it('keeps the types of its products apart, whatever they are called', () => {
      const type = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom(...catalogue.eventTypes.map(({ key }) => key)))
      fc.assert(
        fc.property(type, fc.constantFrom(...products), (text, product) => {
          const key = pushed.eventTypeKey(product, text)
          expect(describeEvent(key).product).toBe(product)
          expect(pushed.eventTypeKey(product, key)).toBe(key)
        }),
      )
    })

    it('describes every setting, and has a good value for each', () => {
      const { properties } = z.toJSONSchema(connector.settings, { io: 'input' })
      for (const [name, field] of Object.entries(properties ?? {})) {
        expect([name, field]).toEqual([
          name,
          expect.objectContaining({ title: expect.any(String), help: expect.any(String), default: expect.anything() }),
        ])
      }
      const rules = pushed.rules(settings)
      expect(rules.mostWaiting).toBeGreaterThan(0)
      // Nothing is closed by a guess unless a person asks for it.
      expect(rules.holdMs).toBeNull()
    })

    it('is never asked', async () => {
      const context = {} as Parameters<typeof connector.listTenants>[0]
      await expect(connector.listTenants(context)).rejects.toThrow('never asked')
      const drain = async (pages: AsyncIterable<unknown>) => {
        for await (const _ of pages) expect.unreachable()
      }
      await expect(drain(connector.pollComputers(context, []))).rejects.toThrow('never asked')
      await expect(drain(connector.pollEvents(context, ''))).rejects.toThrow('never asked')
    })
  })
}
