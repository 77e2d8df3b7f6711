import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { plant } from './planted.ts'
import { plantedBugs } from './planted-bugs.ts'

const root = join(import.meta.dirname, '..')

it.each(plantedBugs.map((bug) => [bug.name, bug] as const))('%s still fits the code', (_, bug) => {
  const source = readFileSync(join(root, bug.file), 'utf8')
  expect(plant(source, bug)).not.toBe(source)
})

it('a place that is gone, or there twice, is told', () => {
  const [bug] = plantedBugs
  if (bug === undefined) throw new Error('nothing is planted')
  expect(() => plant('', bug)).toThrow(/found 0 times/)
  expect(() => plant(`${bug.from}\n${bug.from}`, bug)).toThrow(/found 2 times/)
})
