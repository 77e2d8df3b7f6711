import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listFiles } from '../../scripts/project-files.ts'
import { psaConnectors, sourceConnectors } from '../../src/connectors/registry.ts'
import { settingsFields } from '../../src/usecases/settings-fields.ts'

const root = join(import.meta.dirname, '../..')

type Texts = { readonly [key: string]: string | Texts }

function catalogue(language: string): Map<string, string> {
  const files = listFiles(root).filter(
    (file) =>
      file === `web/texts/${language}.json` ||
      (/^web\/(pages|forms)\//.test(file) && file.endsWith(`/texts.${language}.json`)),
  )
  const flat = (branch: Texts, path: string): [string, string][] =>
    Object.entries(branch).flatMap(([key, value]) =>
      typeof value === 'string' ? [[path + key, value]] : flat(value, `${path}${key}.`),
    )
  return new Map(files.flatMap((file) => flat(JSON.parse(readFileSync(join(root, file), 'utf8')) as Texts, '')))
}

const english = catalogue('en')
const german = catalogue('de')
const blanks = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name).sort()

/** A desk's own words, which are English: German may say it in its own. */
const terms = new Set([
  'ticket',
  'Ticket',
  'tickets',
  'Tickets',
  'account',
  'Account',
  'accounts',
  'Accounts',
  'ticketing',
])

/** Nothing is done, so nothing is written down. */
const unwritten = new Set(['life.step.wait', 'life.step.rest'])

test('German has every text of English and no other, with the same blanks', () => {
  expect([...german.keys()].sort()).toEqual([...english.keys()].sort())
  for (const [key, text] of english) {
    const [ours, theirs] = [blanks(text), blanks(german.get(key) ?? '')]
    expect(ours, key).toEqual(expect.arrayContaining(theirs))
    expect(
      ours.filter((name) => !terms.has(name) && !theirs.includes(name)),
      key,
    ).toEqual([])
  }
  expect([...german].filter(([, text]) => text.trim() === '')).toEqual([])
})

test('every text that a screen asks for by its full name exists', () => {
  const sources = listFiles(root).filter((file) => /^web\/(?!api\/generated).*\.tsx?$/.test(file))
  const asked = sources.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => `${key}`),
  )
  expect(asked.length).toBeGreaterThan(150)
  const missing = asked.filter((key) => !english.has(key) && !english.has(`${key}_one`))
  expect(missing).toEqual([])
})

test('every step and reason of a ticket’s life has its words', () => {
  const source = readFileSync(join(root, 'src/core/next-step.ts'), 'utf8')
  const reasons = /type StepReason =([^=]*?)\n\n/.exec(source)?.[1]?.match(/'[a-z-]+'/g) ?? []
  const steps = source.match(/do: '[a-z]+'; readonly/g) ?? []
  expect(reasons.length).toBeGreaterThan(15)
  expect(steps.length).toBeGreaterThan(7)
  const asked = [
    ...reasons.map((quoted) => `life.reason.${quoted.slice(1, -1)}`),
    ...steps.map((text) => `life.step.${text.split("'")[1]}`).filter((key) => !unwritten.has(key)),
  ]
  expect(asked.filter((key) => !english.has(key))).toEqual([])
})

describe('fields of connectors, which the server titles in English', () => {
  type Words = { readonly title: string; readonly help?: string; readonly choices?: Readonly<Record<string, string>> }
  type OfConnector = Readonly<Record<string, Words>>
  type Fields = Readonly<Record<string, OfConnector>>
  const own = JSON.parse(readFileSync(join(root, 'web/connectors/texts.de.json'), 'utf8')) as {
    readonly connectorFields: Fields
    readonly connectorGroups: Readonly<Record<string, string>>
    readonly deskFields: Fields
  }
  const settings = [...sourceConnectors.values(), ...psaConnectors.values()].map((connector) => ({
    id: connector.id,
    fields: settingsFields(connector.settings),
  }))

  test.each(settings)('every setting of $id has a German title, help and choices', ({ id, fields }) => {
    expect(fields.length).toBeGreaterThan(3)
    const german = own.connectorFields[id] ?? {}
    expect(Object.keys(german).sort()).toEqual(fields.map(({ key }) => key).sort())
    for (const { key, help, group, titles } of fields) {
      complete(`${id}/${key}`, german[key], help)
      for (const choice of Object.keys(titles)) expect(german[key]?.choices?.[choice], `${id}/${key}`).toMatch(/\S/)
      expect(own.connectorGroups[group], `${id}: group ${group}`).toMatch(/\S/)
    }
  })

  test.each([...psaConnectors.values()])('every ticket field of $id has a German title and help', (connector) => {
    const fields = [...connector.generalFields, ...connector.ruleFields]
    expect(fields.length).toBeGreaterThan(3)
    const german = own.deskFields[connector.id] ?? {}
    expect(Object.keys(german).sort()).toEqual(fields.map(({ key }) => key).sort())
    for (const { key, help } of fields) complete(`${connector.id}/${key}`, german[key], help)
  })

  test('no text is left of what there is no more', () => {
    expect(Object.keys(own.connectorFields).sort()).toEqual(settings.map(({ id }) => id).sort())
    expect(Object.keys(own.deskFields).sort()).toEqual([...psaConnectors.keys()].sort())
    const groups = new Set(settings.flatMap(({ fields }) => fields.map(({ group }) => group)))
    expect(Object.keys(own.connectorGroups).sort()).toEqual([...groups].sort())
    for (const { id, fields } of settings) {
      for (const { key, choices } of fields) {
        expect(choices, `${id}/${key}`).toEqual(
          expect.arrayContaining(Object.keys(own.connectorFields[id]?.[key]?.choices ?? {})),
        )
      }
    }
  })

  /** Numbers, addresses and names in braces are the same in every language. */
  const facts = (text: string) =>
    [...text.matchAll(/https?:\/\/[^\s);,]+|\{\w+\}|\d[\d.,]*\d|\d/g)].map(([fact]) => bare(fact)).sort()
  const bare = (fact: string) => fact.replace(/(?<=\d)[.,](?=\d{3})/g, '').replace(/[./]+$/, '')

  function complete(field: string, german: Words | undefined, help: string): void {
    expect(german?.title, field).toMatch(/\S/)
    if (help === '') return
    expect(german?.help, field).toMatch(/\S/)
    expect(german?.help, field).not.toBe(help)
    expect(facts(german?.help ?? ''), field).toEqual(facts(help))
  }
})
