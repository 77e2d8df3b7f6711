import { expect, test } from 'vitest'
import { readOptions } from './options.ts'
import { prove } from './prove.ts'

/** One whole short run, as `npm run prove` does it: every named point, faults of every kind, no violation. */

test('a short run proves what it should', { timeout: 900_000 }, async () => {
  const lines: string[] = []
  const options = readOptions(['--seed', '1'])
  const outcome = await prove(options, (line) => lines.push(line), new AbortController().signal)
  expect(outcome.code, [...lines, ...outcome.lines].join('\n')).toBe(0)
})
