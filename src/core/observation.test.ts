import { expect, it } from 'vitest'
import { type Level, levelRank } from './observation.ts'

it('orders levels by seriousness', () => {
  const levels: Level[] = ['critical', 'ok', 'warning']
  expect(levels.sort((a, b) => levelRank(a) - levelRank(b))).toEqual(['ok', 'warning', 'critical'])
})
