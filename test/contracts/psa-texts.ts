import { describe, expect, it } from 'vitest'
import type { Bench } from './psa-bench.ts'

const family = '👨‍👩‍👧‍👦'
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Texts of every kind go to the desk and stand there as they were, or cut between two characters. */
export function textContract<Settings>(get: () => Bench<Settings>): void {
  describe('texts', () => {
    it.each([
      ['markup', 'Tom & Jerry <b>"bold"</b> \'quoted\' &amp; \\ % {x}'],
      ['right to left', 'מסדי הנתונים מיושנים במחשב PC-14'],
      ['emoji', `${family} 🏴‍☠️ 🇺🇦 é e\u0301`],
      ['SQL', "Robert'); DROP TABLE tickets;--"],
    ])('keeps %s in title, description, note and resolution', async (_, text) => {
      const { connector, context, draft, world } = get()
      const drafted = draft({ title: text, description: `first\r\n${text}\nlast` })
      const { ticketId } = await connector.create(context, drafted)
      const note = { title: text, text: `first\r\n${text}\nlast`, marker: '[contract #1]', general: world.general }
      await connector.note(context, ticketId, note)
      await connector.close(context, ticketId, { resolution: `first\r\n${text}`, general: world.general })
      const ticket = (await world.tickets()).find((one) => one.ticketId === ticketId)
      expect(ticket?.title).toBe(text)
      expect(lines(ticket?.description)).toEqual(['first', text, 'last'])
      const said = [ticket?.resolution, ...(ticket?.notes ?? []).map((one) => one.text)].join('\n')
      expect(lines(said)).toEqual(expect.arrayContaining(['first', text, 'last', '[contract #1]']))
    })

    it('makes a title of one line', async () => {
      const { connector, context, draft, world } = get()
      const { ticketId } = await connector.create(context, draft({ title: 'first\r\nsecond' }))
      const ticket = (await world.tickets()).find((one) => one.ticketId === ticketId)
      expect(ticket?.title).toBe('first second')
    })

    it.each([
      ['letters', 'Databases are outdated. '],
      ['emoji', family],
      ['letters with marks', 'e\u0301'],
      ['right to left', 'מיושנים '],
    ])('cuts a title of too many %s at a character border, and keeps it whole in the description', async (_, unit) => {
      const { connector, context, draft, interceptor, world } = get()
      const { maxTitle } = connector.facts(world.settings(interceptor.origin))
      const title = unit.repeat(maxTitle).trim()
      const drafted = draft({ title, description: 'What is wrong.' })
      const { ticketId } = await connector.create(context, drafted)
      const ticket = (await world.tickets()).find((one) => one.ticketId === ticketId)
      expect(ticket?.title.length).toBeLessThanOrEqual(maxTitle)
      expect(ticket?.title.length).toBeGreaterThan(maxTitle - 30)
      expect(isCutOf(ticket?.title ?? '', title)).toBe(true)
      expect(ticket?.description).toContain(title)
      expect(ticket?.description).toContain('What is wrong.')
    })

    it('cuts a description, a note and a resolution that are too long, says so, and keeps the marker', async () => {
      const { connector, context, draft, interceptor, world } = get()
      const { maxDescription, maxNote } = connector.facts(world.settings(interceptor.origin))
      const drafted = draft({ description: `begin ${family.repeat(maxDescription)}` })
      const { ticketId } = await connector.create(context, drafted)
      const marker = '[contract #2]'
      const note = { title: 'n'.repeat(2_000), text: `begin ${'🏥'.repeat(maxNote)}`, marker, general: world.general }
      await connector.note(context, ticketId, note)
      expect(await connector.hasNote(context, ticketId, marker)).toBe(true)
      const closing = { resolution: `begin ${'x'.repeat(200_000)}`, general: world.general }
      expect(await connector.close(context, ticketId, closing)).toMatchObject({ seen: { state: 'closed' } })
      const ticket = (await world.tickets()).find((one) => one.ticketId === ticketId)
      expect(ticket?.description.length).toBeLessThanOrEqual(maxDescription)
      expect(ticket?.description).toMatch(/^begin /)
      expect(ticket?.description).toMatch(/too long/)
      expect(ticket?.description.isWellFormed()).toBe(true)
      expect(ticket?.notes[0]?.text.length).toBeLessThanOrEqual(maxNote)
      expect(ticket?.notes[0]?.text).toContain(marker)
      expect(ticket?.notes[0]?.text.isWellFormed()).toBe(true)
    })

    it('takes control characters and broken surrogates without failing', async () => {
      const { connector, context, draft, world } = get()
      const text = 'a\u0000b\u0007c\ud83dd'
      const { ticketId } = await connector.create(context, draft({ title: text, description: text }))
      const ticket = (await world.tickets()).find((one) => one.ticketId === ticketId)
      expect(ticket?.title.isWellFormed()).toBe(true)
      expect(ticket?.description).toMatch(/^a.?b.?c.d$/u)
    })
  })
}

function lines(text = ''): readonly string[] {
  return text.split(/\r\n|\r|\n/).filter((line) => line !== '')
}

/** Whether `cut` is the beginning of `text`, cut between two characters, with at most an ellipsis behind it. */
function isCutOf(cut: string, text: string): boolean {
  const kept = cut.replace(/(…|\.\.\.)$/, '')
  if (kept === cut || !text.startsWith(kept)) return false
  const borders = new Set([...graphemes.segment(text)].map((one) => one.index))
  // Spaces before the ellipsis may be left out.
  const rest = text.slice(kept.length)
  return borders.has(kept.length) || borders.has(text.length - rest.trimStart().length)
}
