import { expect, test } from 'vitest'
import { plantProject } from '../test/support/planted-project.ts'
import { checkDocs } from './check-docs.ts'

const files = { 'src/core/ticket.ts': '', 'src/connectors/psa/alpha/index.ts': '', 'docs/adr/0001-first.md': 'First.' }

function findingsOf(document: string, text: string): string[] {
  return checkDocs(plantProject({ ...files, [document]: text })).map(
    ({ file, line, rule, message }) => `${file}:${line} ${rule} ${message}`,
  )
}

test('what exists may be cited', () => {
  const text = `
Read \`src/core/ticket.ts\`, src/core/, \`ticket.ts\` and src/connectors/psa/<vendor>/index.ts (or src/*/{ticket,rule}.ts).
Then [the first](docs/adr/0001-first.md#why), [a part](#why) or [elsewhere](https://example.org/src/none.ts).
    npm run check -- --fast && npm test
`
  expect(findingsOf('README.md', text)).toEqual([])
})

test.each<[document: string, text: string, finding: string]>([
  ['README.md', 'In `src/core/gone.ts`.', 'dead-path src/core/gone.ts does not exist.'],
  ['README.md', 'In src/gone/.', 'dead-path src/gone does not exist.'],
  ['CONTRIBUTING.md', 'src/connectors/sources/<vendor>/index.ts', 'dead-path src/connectors/sources/<vendor>/index.ts'],
  ['docs/deep/a.md', '```\nsrc/core/gone.ts\n```', 'dead-path src/core/gone.ts'],
  ['README.md', 'It is in `gone.ts`.', 'dead-file-name No file is called gone.ts.'],
  ['docs/a.md', '[x](adr/0002-second.md)', 'dead-link The link to adr/0002-second.md leads nowhere.'],
  ['README.md', 'Type `npm run dance`.', 'dead-command package.json has no script “dance”.'],
  ['README.md', 'Type `npm start`.', 'dead-command package.json has no script “start”.'],
])('%s: %s', (document, text, finding) => {
  const found = findingsOf(document, text)
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(finding)
})

test('the changelog may speak of what is gone', () => {
  expect(findingsOf('CHANGELOG.md', 'Removed src/core/gone.ts.')).toEqual([])
})
