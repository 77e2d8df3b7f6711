import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listFiles } from '../../scripts/project-files.ts'

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
