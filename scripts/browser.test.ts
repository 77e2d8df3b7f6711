import { chmodSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { plantProject } from '../test/support/planted-project.ts'
import { findBrowser } from './browser.ts'

test('CHROME_PATH goes before the search path, and must be a program', () => {
  const root = plantProject({ 'bin/chromium': '', 'own/chrome': '', 'own/text': '' })
  chmodSync(join(root, 'bin/chromium'), 0o755)
  chmodSync(join(root, 'own/chrome'), 0o755)
  const PATH = [join(root, 'own'), join(root, 'bin')].join(delimiter)
  expect(findBrowser({ PATH })).toBe(join(root, 'bin/chromium'))
  expect(findBrowser({ PATH, CHROME_PATH: join(root, 'own/chrome') })).toBe(join(root, 'own/chrome'))
  expect(() => findBrowser({ PATH, CHROME_PATH: join(root, 'own/text') })).toThrow('CHROME_PATH')
})
