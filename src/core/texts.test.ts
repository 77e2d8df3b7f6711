import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Level } from './observation.ts'
import {
  closesText,
  cutText,
  defaultDescriptionTemplate,
  defaultTitleTemplate,
  fillTemplate,
  formatMinute,
  noteText,
  resolutionText,
  type TemplateFields,
  templateFields,
  unknownTemplateFields,
} from './texts.ts'

const fields: TemplateFields = {
  level: 'Critical',
  what: 'Databases are outdated',
  computer: 'PC-14',
  client: 'Müller & Söhne "East"',
  since: '2026-11-22 08:10 UTC',
  detail: 'Last update 12 days ago',
  advice: 'Start the update task.',
  closes: 'Closes by itself.',
  source: 'KSC one',
  link: 'https://ksc.example/PC-14',
}
const now = new Date('2026-11-22T08:10:59.999Z')

describe('unknownTemplateFields', () => {
  it.each<[string, string[]]>([
    ['no fields at all', []],
    ['{{what}} on {{ computer }} since {{\tsince }}', []],
    ['{{What}}', ['What']],
    ['{{what}} {{price}} {{}} {{ }}', ['price', '', '']],
    [
      '{{constructor}} {{toString}} {{__proto__}} {{hasOwnProperty}}',
      ['constructor', 'toString', '__proto__', 'hasOwnProperty'],
    ],
    ['{{what.length}} {{1+1}} {{process.exit()}}', ['what.length', '1+1', 'process.exit()']],
    ['{{what\n}}', ['what']],
    ['{what} {{what} }}', []],
  ])('%j', (template, unknown) => {
    expect(unknownTemplateFields(template)).toEqual(unknown)
  })

  it('accepts what stands in the documentation, and our own templates', () => {
    const all = Object.keys(templateFields)
      .map((name) => `{{${name}}}`)
      .join(' ')
    expect(unknownTemplateFields(all + defaultTitleTemplate + defaultDescriptionTemplate)).toEqual([])
    expect(Object.keys(templateFields).sort()).toEqual(Object.keys(fields).sort())
  })

  it('judges a template made to be slow as fast as any', () => {
    const begun = performance.now()
    expect(unknownTemplateFields(`{{${' '.repeat(100_000)}`)).toEqual([])
    expect(unknownTemplateFields('{{ '.repeat(30_000))).toEqual([])
    expect(performance.now() - begun).toBeLessThan(1_000)
  })
})

describe('fillTemplate', () => {
  it('fills the default templates', () => {
    expect(fillTemplate(defaultTitleTemplate, fields)).toBe('Critical: Databases are outdated on PC-14')
    expect(fillTemplate(defaultDescriptionTemplate, fields)).toBe(
      [
        'Databases are outdated on PC-14 (Müller & Söhne "East"), Critical, since 2026-11-22 08:10 UTC.',
        '',
        'Last update 12 days ago',
        '',
        'How to put it right: Start the update task.',
        'Closes by itself.',
        'https://ksc.example/PC-14',
        '',
        'Reported by KSC one through Tocsin.',
      ].join('\n'),
    )
  })

  it('leaves no holes where fields are empty', () => {
    const filled = fillTemplate(defaultDescriptionTemplate, { ...fields, detail: '', link: '' })
    expect(filled.split('\n')).toEqual([
      'Databases are outdated on PC-14 (Müller & Söhne "East"), Critical, since 2026-11-22 08:10 UTC.',
      '',
      'How to put it right: Start the update task.',
      'Closes by itself.',
      '',
      'Reported by KSC one through Tocsin.',
    ])
  })

  it.each([
    ['spaces in the braces', '{{ what }}', { what: 'x' }, 'x'],
    ['one field twice', '{{what}}{{what}}', { what: 'x' }, 'xx'],
    ['a value that looks like a field is text', '{{what}}', { what: '{{computer}}' }, '{{computer}}'],
    ['a value that looks like a pattern is text', '{{what}}', { what: "$& $1 $' $$" }, "$& $1 $' $$"],
    ['a value that looks like code is text', '{{what}}', { what: '<%= exit() %>' }, '<%= exit() %>'],
    ['names of the language stand for nothing', 'a{{constructor}}b{{__proto__}}c', {}, 'abc'],
    ['lines of Windows', 'a\r\n\r\n{{what}}\r\nb', { what: '' }, 'a\n\nb'],
    ['a value of many lines', 'a\n{{detail}}\nb', { detail: 'one  \r\n\r\n \r\n\r\ntwo\r\n' }, 'a\none\n\ntwo\n\nb'],
    ['empty lines of the template stay', 'a\n\nb', {}, 'a\n\nb'],
  ])('%s', (_, template, more, text) => {
    expect(fillTemplate(template, { ...fields, ...more })).toBe(text)
  })

  it('never has two empty lines together, nor any at the ends', () => {
    const part = fc.constantFrom('x', ' ', '\n', '\r\n', '{{detail}}', '{{ link }}', '\t')
    const template = fc.array(part, { maxLength: 20 }).map((parts) => parts.join(''))
    const value = fc.array(fc.constantFrom('v', ' ', '\n', '\r\n'), { maxLength: 8 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(template, value, value, (given, detail, link) => {
        const text = fillTemplate(given, { ...fields, detail, link })
        expect(text).not.toMatch(/\n\s*\n\s*\n|^\s|\s$|\r\n/)
      }),
    )
  })
})

describe('cutText', () => {
  const family = '👨‍👩‍👧‍👦'
  const flag = '🇺🇦'
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

  it.each([
    ['short', 10, 'short'],
    ['exactly ten', 11, 'exactly ten'],
    ['one too long', 11, 'one too lo…'],
    ['a space before the end', 8, 'a space…'],
    [`ab${family}c`, 12, 'ab…'],
    [`ab${family}c`, 14, `ab${family}c`],
    [`${flag}${flag}${flag}`, 9, `${flag}${flag}…`],
    ['e\u0301e\u0301e\u0301', 4, 'e\u0301…'],
    ['שָׁלוֹם עוֹלָם', 6, 'שָׁל…'],
    ['مرحبا بالعالم', 7, 'مرحبا…'],
    ['\ud83d\ude00\ud83d\ude00', 2, '…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
    ['abc', -1, ''],
    ['', 0, ''],
  ])('%j to %i', (text, max, wanted) => {
    expect(cutText(text, max)).toBe(wanted)
  })

  it('is never too long, never breaks a character, and cuts nothing that fits', () => {
    const unit = fc.constantFrom('a', ' ', '&', '\r\n', family, flag, 'é', 'e\u0301', 'ש', 'שָׁ', 'ع', '𝒳', '\u200f', '…')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), fc.integer({ min: 0, max: 60 }), (text, max) => {
        const cut = cutText(text, max)
        expect(cut.length).toBeLessThanOrEqual(max)
        expect(cut.isWellFormed()).toBe(true)
        if (text.length <= max) expect(cut).toBe(text)
        if (text.length <= max || max === 0) return
        const kept = cut.slice(0, -1)
        expect(cut.slice(-1)).toBe('…')
        const borders = [...graphemes.segment(text)].map(({ index }) => text.slice(0, index).trimEnd())
        expect(borders).toContain(kept)
      }),
    )
  })
})

describe('noteText', () => {
  const about = {
    what: 'Databases',
    level: 'critical',
    levelTold: 'warning',
    repeats: 0,
    lastRepeatAt: null,
    marker: 'm',
  } as const

  it('tells of a level', () => {
    expect(noteText('level-changed', about)).toEqual({
      title: 'Now Critical: Databases',
      text: 'The computer went from Warning to Critical while “Databases” still applies. [m]',
    })
    expect(noteText('level-changed', { ...about, repeats: 1 }).text).toContain(' Seen 1 more time since. [m]')
  })

  it('tells of repeats', () => {
    expect(noteText('seen-again', { ...about, repeats: 1, lastRepeatAt: now })).toEqual({
      title: 'Seen again: Databases',
      text: '“Databases” was seen 1 more time, last at 2026-11-22 08:10 UTC. [m]',
    })
    expect(noteText('seen-again', { ...about, repeats: 12 }).text).toBe('“Databases” was seen 12 more times. [m]')
  })

  it('always holds its marker, whatever else it tells', () => {
    const level = fc.constantFrom<Level>('ok', 'warning', 'critical')
    fc.assert(
      fc.property(
        fc.constantFrom('level-changed' as const, 'seen-again' as const, 'level-rose' as const),
        fc.record({
          what: fc.string(),
          level,
          levelTold: fc.option(level),
          repeats: fc.nat(),
          lastRepeatAt: fc.option(fc.constant(now)),
          marker: fc.stringMatching(/^tocsin-[a-z2-7]{26}#\d{1,9}\.[a-z0-9.]{1,12}$/),
        }),
        (reason, given) => {
          expect(noteText(reason, given).text.endsWith(`[${given.marker}]`)).toBe(true)
        },
      ),
    )
  })
})

describe('resolutionText', () => {
  it.each([
    ['no-longer-applies', 0, 'it no longer applies to this computer.'],
    ['computer-removed', 0, 'the computer was removed from the security product.'],
    ['computer-moved', 0, 'the computer was moved to another client in the security product.'],
    [null, 0, 'it is no longer reported.'],
    [null, 1, 'it is no longer reported. Until then it was seen 1 more time.'],
    [null, 2, 'it is no longer reported. Until then it was seen 2 more times.'],
    [null, -1, 'it is no longer reported.'],
  ] as const)('%s, %i untold', (reason, untold, ending) => {
    expect(resolutionText('Databases', reason, now, untold)).toBe(
      `Closed by Tocsin at 2026-11-22 08:10 UTC: “Databases” is over, because ${ending}`,
    )
  })
})

it('says what closes a ticket', () => {
  expect(closesText('condition', 'Databases')).toContain('closes by itself when “Databases” no longer applies')
  expect(closesText('event', 'Virus')).toContain('close it when it has been dealt with')
})

it('shows times in UTC to the minute', () => {
  expect(formatMinute(now)).toBe('2026-11-22 08:10 UTC')
})
