import { join } from 'node:path'
import type { DemoPerson } from './demo-person.ts'
import type { World } from './world.ts'

/** Where a person who watches can look, and what they can do. */

/** What to open, and how to sign in there. */
export function directions({ parts, dataFolder }: World, address: string, person: DemoPerson): string[] {
  const token = join(dataFolder, 'api-token')
  const sides = [...parts.sources, ...parts.desks]
  const width = Math.max(...sides.map(({ name }) => name.length))
  const line = (name: string, words: string) => `  ${name.padEnd(width)}  ${words}`
  return [
    '',
    line('console', `${address}/`),
    line('', `sign in as ${person.email} with ${person.password}   (${person.name}, administrator)`),
    line('API', `${address}/api/v1   (its description: ${address}/api/openapi.json)`),
    line('', `curl -s -H "Authorization: Bearer $(cat ${token})" ${address}/api/v1/tickets`),
    line('log', join(dataFolder, 'tocsin.log')),
    '',
    'Integrations:',
    ...parts.integrations.map(({ name }) => `  ${name}`),
    '',
    'The emulators, and what is in them now:',
    ...sides.map(({ name, look, emulator: { url } }) => line(name, `curl -sk '${url}${look}'`)),
    '',
    'Ctrl-C ends it.',
  ]
}

/** An act to try on the first source. */
export function actLine({ parts }: World, host: string): string {
  const order = JSON.stringify({ act: 'setHost', host, changes: { rtpState: 1 } })
  return `curl -sk ${parts.sources[0]?.emulator.url}/_emulator/act -d '${order}'`
}
