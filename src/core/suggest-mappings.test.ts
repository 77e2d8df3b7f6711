import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nameWords, plainNameWords } from './client-name.ts'
import { type MappingSuggestion, suggestMappings } from './suggest-mappings.ts'

const suggest = (tenants: readonly string[], accounts: readonly string[]): readonly MappingSuggestion[] =>
  suggestMappings(
    tenants.map((name, n) => ({ id: n + 1, name })),
    accounts.map((name) => ({ id: name, name })),
  )

/** What one tenant would be mapped to among these. */
const only = (tenant: string, ...accounts: string[]) => suggest([tenant], accounts)[0]

describe('words of a name', () => {
  test.each([
    ['Müller & Söhne GmbH', ['mueller', 'soehne']],
    ['The Alder Company, Inc.', ['alder']],
    ['Tierärzte e. V.', ['tieraerzte']],
    ['Boulangerie S.A.R.L.', ['boulangerie']],
    ["O'Brien's Pub Ltd", ['obriens', 'pub']],
    ['Kowalski Sp. z o.o.', ['kowalski']],
    ['Smørrebrød ApS', ['smoerrebroed']],
    ['AG', ['ag']],
    ['3M', ['3m']],
    ['***', []],
  ])('%s', (name, words) => {
    expect(nameWords(name)).toEqual(words)
  })

  test('without marks', () => {
    expect(plainNameWords('Café Müller OHG')).toEqual(['cafe', 'muller'])
    expect(plainNameWords('Łódź Smørrebrød')).toEqual(['lodz', 'smorrebrod'])
  })
})

describe('the same client', () => {
  test.each([
    ['Müller & Söhne GmbH', 'Soehne und Mueller'],
    ['Müller', 'MULLER'],
    ['Mueller', 'Müller KG'],
    ['Cedar Ltd', 'Cedar Limited'],
    ['NetWorks', 'Net Works Inc.'],
    ['Straße 7', 'Strasse 7'],
    ['Dogwood, Birch', 'birch dogwood'],
  ])('%s is %s', (tenant, account) => {
    expect(only(tenant, 'Something Else', account)).toMatchObject({
      accountId: account,
      likeness: 'same',
      sure: true,
      otherAccounts: [],
      otherTenants: [],
    })
  })

  test('a letter that is wrong is like it, and never sure', () => {
    expect(only('Alder Dentists', 'Adler Dentists', 'Birch')).toMatchObject({
      accountId: 'Adler Dentists',
      likeness: 'similar',
      sure: false,
    })
  })

  test.each([
    ['Schmidt Berlin', 'Schmidt Hamburg'],
    ['Alder', 'Elder'],
    ['Clinic', 'Panic'],
    ['***', 'Alder'],
  ])('%s is not %s', (tenant, account) => {
    expect(only(tenant, account)).toBeUndefined()
  })

  test('a rare word tells more than a common one', () => {
    const accounts = ['Alder Clinic', 'Birch Clinic', 'Cedar Clinic', 'Dogwood Clinic', 'Elm Clinic', 'Fir Clinic']
    expect(only('Clinic Dogwood East', ...accounts)).toMatchObject({ accountId: 'Dogwood Clinic', likeness: 'similar' })
  })
})

describe('nothing is sure when it could be otherwise', () => {
  test('two accounts of the same name', () => {
    expect(only('Alder', 'Alder GmbH', 'Alder AG')).toMatchObject({ sure: false, otherAccounts: ['Alder AG'] })
  })

  test('but the very same name goes before another legal form', () => {
    expect(only('Alder AG', 'Alder GmbH', 'Alder AG')).toMatchObject({ accountId: 'Alder AG', sure: true })
  })

  test('two tenants for one account', () => {
    const found = suggest(['Alder', 'ALDER Ltd'], ['Alder Limited'])
    expect(found).toMatchObject([
      { tenantId: 1, sure: false, otherTenants: [2] },
      { tenantId: 2, sure: false, otherTenants: [1] },
    ])
  })

  test('a tenant that is only similar does not make the same one unsure', () => {
    expect(suggest(['Alder Dental', 'Alder Dental East'], ['Alder Dental'])).toMatchObject([
      { tenantId: 1, sure: true, otherTenants: [2] },
      { tenantId: 2, sure: false, likeness: 'similar', otherTenants: [1] },
    ])
  })
})

describe('whatever the names are', () => {
  const name = fc.oneof(
    fc
      .array(
        fc.constantFrom('Alder', 'Birch', 'Müller', 'Mueller', 'Clinic', 'GmbH', 'Ltd', '&', 'Söhne', 'Net', 'Works'),
        {
          minLength: 1,
          maxLength: 4,
        },
      )
      .map((words) => words.join(' ')),
    fc.string({ maxLength: 20 }),
  )
  const names = fc.array(name, { maxLength: 25 })
  const both = fc.tuple(names, names)
  const withIds = ([tenants, accounts]: [string[], string[]]) =>
    [tenants.map((one, id) => ({ id, name: one })), accounts.map((one, id) => ({ id: String(id), name: one }))] as const

  test('an account is suggested twice only where both say so, and is sure for one tenant at most', () => {
    fc.assert(
      fc.property(both, (given) => {
        const found = suggestMappings(...withIds(given))
        for (const [accountId, all] of Map.groupBy(found, (one) => one.accountId)) {
          expect(accountId in given[1]).toBe(true)
          expect(all.filter(({ sure }) => sure).length).toBeLessThanOrEqual(1)
          for (const one of all) {
            const others = all.flatMap(({ tenantId }) => (tenantId === one.tenantId ? [] : [tenantId]))
            expect(one.otherTenants).toEqual(others)
          }
        }
        expect(new Set(found.map(({ tenantId }) => tenantId)).size).toBe(found.length)
      }),
    )
  })

  test('the order of words, of accounts, case and legal form do not matter for what is sure', () => {
    fc.assert(
      fc.property(both, fc.constantFrom('GmbH', 'Ltd', 'S.A.'), (given, form) => {
        const [tenants, accounts] = withIds(given)
        const sure = (found: readonly MappingSuggestion[]) =>
          new Map(found.filter((one) => one.sure).map((one) => [one.tenantId, one.accountId]))
        const reference = sure(suggestMappings(tenants, accounts))
        expect(sure(suggestMappings(tenants, accounts.toReversed()))).toEqual(reference)
        const shouted = tenants.map(({ id, name: one }) => ({ id, name: one.toUpperCase() }))
        for (const [id, accountId] of sure(suggestMappings(shouted, accounts))) {
          const same = (text: string) => nameWords(text).toSorted().join(' ')
          const tenant = shouted.find((one) => one.id === id)?.name ?? ''
          const account = accounts.find((one) => one.id === accountId)?.name ?? ''
          const joined = (text: string) => [nameWords(text).join(''), plainNameWords(text).join('')]
          const isSame =
            same(tenant) === same(account) ||
            joined(tenant).some((letters) => joined(account).includes(letters)) ||
            plainNameWords(tenant).toSorted().join() === plainNameWords(account).toSorted().join()
          expect([tenant, account, form, isSame]).toEqual([tenant, account, form, true])
        }
      }),
    )
  })

  test('a tenant finds its own name among any accounts', () => {
    fc.assert(
      fc.property(name, names, (own, others) => {
        fc.pre(nameWords(own).length > 0)
        const accounts = [...others, own].map((one, id) => ({ id: String(id), name: one }))
        const [found] = suggestMappings([{ id: 1, name: own }], accounts)
        expect(found?.likeness).toBe('same')
      }),
    )
  })
})

test('two thousand tenants and ten thousand accounts take no longer than a person waits', () => {
  const words = ['Alder', 'Birch', 'Cedar', 'Dogwood', 'Elm', 'Fir', 'Ginkgo', 'Hazel', 'Clinic', 'Dental', 'Logistics']
  const nameOf = (n: number) => `${words[n % 11]} ${words[(n * 7) % 11]} x${n} GmbH`
  const accounts = Array.from({ length: 10_000 }, (_, n) => ({ id: String(n), name: nameOf(n) }))
  const tenants = Array.from({ length: 2_000 }, (_, n) => ({ id: n, name: nameOf(n * 5).replace('GmbH', '') }))
  const begun = performance.now()
  const found = suggestMappings(tenants, accounts)
  expect(performance.now() - begun).toBeLessThan(10_000)
  expect(found.filter(({ tenantId, accountId }) => accountId === String(tenantId * 5)).length).toBe(2_000)
})
