import { describe, expect, it } from 'vitest'
import { all, encodeQuery, flagIs, notBefore, numberIs, textBegins, textIs } from './conditions.ts'

/** The grammar: connectwise-api.md 5. */

describe('conditions', () => {
  it('write texts in double quotes, flags and numbers bare', () => {
    expect(all(textIs('externalXRef', 'tocsin-abc'), flagIs('closedFlag', false), numberIs('board/id', 3))).toBe(
      'externalXRef = "tocsin-abc" and closedFlag = False and board/id = 3',
    )
    expect(flagIs('deletedFlag', true)).toBe('deletedFlag = True')
    expect(textBegins('externalXRef', 'tocsin-')).toBe('externalXRef like "tocsin-*"')
  })

  it.each([
    ['a "quoted" one', 'externalXRef like "a *quoted* one"'],
    ['" or id > 0 or externalXRef = "', 'externalXRef like "* or id > 0 or externalXRef = *"'],
    ['C:\\Users', 'externalXRef like "C:*Users"'],
    ['two\r\nlines', 'externalXRef like "two**lines"'],
    ["it's [a] 100% (test) & more", 'externalXRef = "it\'s [a] 100% (test) & more"'],
    ['stars * stay', 'externalXRef = "stars * stay"'],
  ])('never let the text %j out of its quotes', (text, wanted) => {
    expect(textIs('externalXRef', text)).toBe(wanted)
  })

  it('take the second before a moment, in UTC and without an offset', () => {
    expect(notBefore('lastUpdated', new Date('2026-11-22T08:00:00.789Z'))).toBe('lastUpdated >= [2026-11-22T07:59:58Z]')
    expect(notBefore('lastUpdated', new Date('2026-11-22T08:00:00Z'))).toBe('lastUpdated >= [2026-11-22T07:59:58Z]')
  })
})

describe('encodeQuery', () => {
  it('encodes what ConnectWise lists, and survives half a surrogate pair', () => {
    expect(encodeQuery('a="x*y" & \'z\' + 5%')).toBe('a%3D%22x%2Ay%22%20%26%20%27z%27%20%2B%205%25')
    expect(encodeQuery('\ud83d')).toBe('%EF%BF%BD')
  })
})
