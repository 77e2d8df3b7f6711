import { describe, expect, test } from 'vitest'
import type { SettingsField } from '../api/generated/types.gen.ts'
import {
  changedFromUsual,
  changedSettings,
  groupsOf,
  isShown,
  movedPlaces,
  newSettings,
  settingsDraft,
} from './settings-draft.ts'

const field = (key: string, more: Partial<SettingsField> = {}): SettingsField => ({
  key,
  title: key,
  help: '',
  group: 'Server',
  kind: 'text',
  secret: false,
  multiline: false,
  place: false,
  required: false,
  default: null,
  choices: [],
  titles: {},
  when: null,
  minimum: null,
  maximum: null,
  ...more,
})

const fields = [
  field('address', { required: true, place: true }),
  field('port', { kind: 'integer', default: 13_299, place: true }),
  field('internal', { kind: 'boolean', default: true, group: 'Account' }),
  field('password', { secret: true, required: true, group: 'Account' }),
  field('proxyPassword', { secret: true, default: '', group: 'Proxy' }),
  field('trust', { kind: 'choice', choices: ['fingerprint', 'ca'], default: 'fingerprint', group: 'Certificate' }),
  field('caPem', { when: { key: 'trust', value: 'ca' }, default: '', group: 'Certificate' }),
]
const stored = { address: 'ksc.example', port: 14_000, internal: false, trust: 'ca', caPem: 'pem' }

describe('a draft', () => {
  test('begins with the defaults, and never with a secret', () => {
    const draft = settingsDraft(fields)
    expect(draft).toMatchObject({ address: '', port: '13299', internal: true, password: '', trust: 'fingerprint' })
    expect(settingsDraft(fields, { ...stored, password: 'never sent' })).toMatchObject({ password: '', port: '14000' })
  })

  test('of a new connection goes whole, without what was left empty and is needed', () => {
    expect(newSettings(fields, settingsDraft(fields))).toEqual({
      port: 13_299,
      internal: true,
      trust: 'fingerprint',
      caPem: '',
    })
    const filled = { ...settingsDraft(fields), address: 'ksc', password: 's', port: ' ', proxyPassword: 'p' }
    expect(newSettings(fields, filled)).toMatchObject({ address: 'ksc', password: 's', proxyPassword: 'p' })
    expect(newSettings(fields, filled)).not.toHaveProperty('port')
  })

  test('of a stored connection sends only what was touched', () => {
    const first = settingsDraft(fields, stored)
    expect(changedSettings(fields, first, first)).toEqual({})
    expect(changedSettings(fields, { ...first, internal: true, port: '' }, first)).toEqual({
      internal: true,
      port: null,
    })
    expect(changedSettings(fields, { ...first, password: 'new' }, first)).toEqual({ password: 'new' })
    expect(changedSettings(fields, { ...first, proxyPassword: false }, first)).toEqual({ proxyPassword: '' })
  })

  test('sends what is no number as it is, so that the server says what it must be', () => {
    const first = settingsDraft(fields, stored)
    expect(changedSettings(fields, { ...first, port: 'ninety' }, first)).toEqual({ port: 'ninety' })
  })

  test('knows when secrets would go to another place', () => {
    const first = settingsDraft(fields, stored)
    expect(movedPlaces(fields, { ...first, internal: true }, first)).toEqual([])
    expect(movedPlaces(fields, { ...first, port: '1', address: 'other' }, first)).toEqual(['address', 'port'])
  })
})

test('a field that another choice makes useless is not shown', () => {
  const pem = fields.find(({ key }) => key === 'caPem') ?? field('caPem')
  expect(isShown(pem, { trust: 'ca' })).toBe(true)
  expect(isShown(pem, { trust: 'fingerprint' })).toBe(false)
})

test('what is other than usual is known by its title', () => {
  expect(changedFromUsual(fields, settingsDraft(fields), [])).toEqual([])
  const draft = { ...settingsDraft(fields), port: '14000' }
  expect(changedFromUsual(fields, draft, ['proxyPassword'])).toEqual(['port', 'proxyPassword'])
})

test('groups keep their order, and say which of them suit as they are', () => {
  expect(groupsOf(fields).map(({ name, isOptional }) => [name, isOptional])).toEqual([
    ['Server', false],
    ['Account', false],
    ['Proxy', true],
    ['Certificate', false],
  ])
})
