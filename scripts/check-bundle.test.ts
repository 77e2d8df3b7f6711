import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { plantProject } from '../test/support/planted-project.ts'
import { checkBundle, measureBundle } from './check-bundle.ts'

const manifest = {
  'index.html': { file: 'assets/index.js', isEntry: true, imports: ['_shared.js'] },
  '_shared.js': { file: 'assets/shared.js', imports: ['index.html'] },
  'pages/overview/overview-page.tsx': { file: 'assets/overview.js', imports: ['_shared.js'] },
  'pages/people/people-page.tsx': { file: 'assets/people.js', imports: ['_shared.js', '_table.js'] },
  '_table.js': { file: 'assets/table.js' },
}

/** Text that gzip cannot make much smaller than three quarters of its length. */
const noise = (kb: number): string => randomBytes(kb * 750).toString('base64')

function plant(sizes: Readonly<Record<string, number>>): string {
  const files = Object.entries(sizes).map(([name, kb]) => [`web/dist/assets/${name}.js`, noise(kb)])
  return plantProject({ 'web/dist/.vite/manifest.json': JSON.stringify(manifest), ...Object.fromEntries(files) })
}

test('a page counts what it adds to the first load, its parts included', () => {
  const sizes = measureBundle(plant({ index: 40, shared: 40, overview: 10, people: 20, table: 30 }))
  expect(sizes.map(({ page }) => page)).toEqual(['first load', 'pages/people/people-page.tsx'])
  const [first, people] = sizes.map(({ kb }) => kb)
  expect(first).toBeGreaterThan(65)
  expect(first).toBeLessThan(95)
  expect(people).toBeGreaterThan(36)
  expect(people).toBeLessThan(55)
})

test('a first load over 250 kB and a page over 60 kB are found', () => {
  const findings = checkBundle(plant({ index: 300, shared: 60, overview: 10, people: 60, table: 40 }))
  expect(findings.map(({ message }) => message.split(' ')[0])).toEqual(['first', 'pages/people/people-page.tsx'])
})
