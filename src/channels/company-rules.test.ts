import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CompanyRule, checkCompanyRules, compileCompanyRules } from './company-rules.ts'
import { compilePattern, PatternError } from './linear-pattern.ts'
import type { Origin } from './message.ts'

const origin: Origin = {
  peer: '203.0.113.9',
  certificate: 'Acme Hub',
  host: 'pc-1',
  tag: 'KES',
  sender: '',
  recipient: 'acme@hub.msp.example',
}

function rule(wanted: Partial<CompanyRule>): CompanyRule {
  return { name: 'rule', on: 'host', match: 'exact', value: 'x', company: 'acme', companyName: 'Acme', ...wanted }
}

describe('company rules', () => {
  it.each([
    [{ on: 'peer', value: '203.0.113.9' }],
    [{ on: 'certificate', value: 'ACME hub' }],
    [{ on: 'tag', match: 'pattern', value: '^kes$' }],
    [{ on: 'recipient', match: 'pattern', value: '^(?<company>[^@]+)@hub\\.msp\\.example$', company: '' }],
    [{ on: 'field', field: 'gn', match: 'pattern', value: 'Managed devices/(?<company>\\w+)', company: '' }],
  ] satisfies [Partial<CompanyRule>][])('find it by %j', (wanted) => {
    const rules = [rule(wanted)]
    expect(checkCompanyRules(rules)).toEqual([])
    expect(compileCompanyRules(rules).find(origin, [{ name: 'gn', value: 'Managed devices/ACME' }])?.key).toBe('acme')
  })

  it('go by order, exact ones and patterns mixed', () => {
    const first = rule({ name: 'first', match: 'pattern', value: 'pc-', company: 'a' })
    const second = rule({ name: 'second', value: 'pc-1', company: 'b' })
    expect(compileCompanyRules([first, second]).find(origin, [])?.key).toBe('a')
    expect(compileCompanyRules([second, first]).find(origin, [])?.key).toBe('b')
    expect(compileCompanyRules([rule({ ...second, company: 'c' }), second]).find(origin, [])?.key).toBe('c')
  })

  it('guess nothing', () => {
    const capturing = rule({ match: 'pattern', value: '^pc-(?<company>[a-z]*)', company: '' })
    expect(compileCompanyRules([capturing]).find(origin, [])).toBeNull()
    expect(compileCompanyRules([rule({ on: 'sender', match: 'pattern', value: '.*' })]).find(origin, [])).toBeNull()
    expect(compileCompanyRules([]).find(origin, [])).toBeNull()
  })

  it.each([
    [{ name: ' ' }, 'name'],
    [{ on: 'field' }, 'field'],
    [{ value: '' }, 'value'],
    [{ company: '' }, 'company'],
    [{ match: 'pattern', value: '(', company: 'a' }, 'value'],
    [{ match: 'pattern', value: 'a', company: '' }, 'company'],
  ] satisfies [Partial<CompanyRule>, string][])('are refused: %j', (wanted, field) => {
    expect(checkCompanyRules([rule(wanted)]).map((issue) => issue.field)).toEqual([field])
  })

  it('cost a flood the same with a thousand of them', () => {
    const rules = Array.from({ length: 1_000 }, (_, n) =>
      rule({ on: 'peer', value: `10.0.${n >> 8}.${n & 255}`, company: `c${n}` }),
    )
    const compiled = compileCompanyRules(rules)
    const begun = performance.now()
    for (let n = 0; n < 20_000; n += 1) compiled.find(origin, [])
    expect(performance.now() - begun).toBeLessThan(1_000)
  })
})

describe('patterns', () => {
  it.each(['(a+)+$', '(x+x+)+y', '(.*a){12}', '([a-z]+)*\\d', '(a|aa)+$'])(
    '%s stays quick on a text made to hang it',
    (source) => {
      const pattern = compilePattern(source)
      const begun = performance.now()
      pattern.match(`${'a'.repeat(200_000)}!`)
      pattern.match(`${'x'.repeat(200_000)}!`)
      expect(performance.now() - begun).toBeLessThan(2_000)
    },
  )

  it.each([
    '(?=a)b',
    '(a)\\1',
    '(',
    '[z-a]',
    'a{2000}',
    '',
    'x'.repeat(2_000),
    '(?:a{2}){2}b{2}c{2}d{2}e{2}f{2}g{2}h{2}i{2}j{2}',
  ])('%s is refused with advice', (source) => {
    expect(() => compilePattern(source)).toThrow(PatternError)
  })

  it('are errors of ours or work, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.string({ maxLength: 100 }), (source, text) => {
        try {
          compilePattern(source).match(text)
        } catch (error) {
          expect(error).toBeInstanceOf(PatternError)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
