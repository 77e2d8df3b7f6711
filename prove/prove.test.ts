import { expect, test } from 'vitest'
import { readOptions } from './options.ts'
import { prove } from './prove.ts'

/** One whole short run, as `npm run prove` does it: every fault, every named point, no violation. */

const seeds = [1]

test.each(seeds)('a short run with the seed %d proves what it should', { timeout: 900_000 }, async (seed) => {
  const lines: string[] = []
  const options = readOptions(['--seed', String(seed)])
  const outcome = await prove(options, (line) => lines.push(line), new AbortController().signal)
  expect(outcome.code, [...lines, ...outcome.lines].join('\n')).toBe(0)
})
