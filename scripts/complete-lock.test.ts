import { expect, test } from 'vitest'
import { completeLock, missingFromLock } from './complete-lock.ts'

const tool = {
  version: '2.0.0',
  dev: true,
  license: 'MIT',
  optionalDependencies: {
    '@tool/cli-linux-x64': '2.0.0',
    '@tool/cli-linux-x64-musl': '2.0.0',
    '@tool/cli-win32-arm64': '2.0.0',
  },
}

test('packages of other platforms are named with their platform', () => {
  const lock = {
    name: 'x',
    packages: { '': {}, 'node_modules/@tool/cli-linux-x64': { version: '2.0.0' }, 'node_modules/tool': tool },
  }
  const whole = completeLock(lock)
  expect(whole.name).toBe('x')
  expect(Object.keys(whole.packages)).toEqual([
    '',
    'node_modules/@tool/cli-linux-x64',
    'node_modules/@tool/cli-linux-x64-musl',
    'node_modules/@tool/cli-win32-arm64',
    'node_modules/tool',
  ])
  expect(whole.packages).toMatchObject({
    'node_modules/@tool/cli-linux-x64-musl': { version: '2.0.0', cpu: ['x64'], os: ['linux'], libc: ['musl'] },
    'node_modules/@tool/cli-win32-arm64': { cpu: ['arm64'], os: ['win32'], dev: true, license: 'MIT', optional: true },
  })
  expect(missingFromLock(whole)).toEqual([])
  expect(completeLock(whole)).toEqual(whole)
})

test('a package below its parent, or beside it, is not missing', () => {
  const one = { optionalDependencies: { two: '1.0.0' } }
  const below = { 'node_modules/one': one, 'node_modules/one/node_modules/two': {} }
  const beside = { 'node_modules/a/node_modules/one': one, 'node_modules/a/node_modules/two': {} }
  expect(missingFromLock({ packages: below })).toEqual([])
  expect(missingFromLock({ packages: beside })).toEqual([])
  expect(
    missingFromLock({ packages: { 'node_modules/one': one, 'node_modules/a/node_modules/two': {} } }),
  ).toHaveLength(1)
})

test('a package whose platform cannot be told is left to a person', () => {
  expect(() => completeLock({ packages: { '': { optionalDependencies: { fsevents: '2.3.3' } } } })).toThrow('by hand')
})
