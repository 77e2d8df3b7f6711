import { deskKinds, startDesk } from './desks/start-desk.ts'
import { startersFor } from './rules.ts'
import { startHub } from './sources/kaspersky-hub.ts'
import { startKsc } from './sources/ksc.ts'
import type { Story, StoryIntegration, StorySource } from './story-form.ts'
import type { World } from './world.ts'
import type { Cast, Ground, WorldDesk, WorldIntegration, WorldSource } from './world-parts.ts'

/** Makes the world of a story: its sources, the desks that they are paired with, and the integrations. */

/** How each kind of source is started: a further kind has a file under `sources/` and a line here. */
const starters: Readonly<Record<StorySource['kind'], (ground: Ground, source: StorySource) => Promise<WorldSource>>> = {
  ksc: (ground, source) => startKsc(ground, { ...source, tenants: source.clients }),
  'kaspersky-hub': (ground, source) => startHub(ground, source),
}

export async function castOf(ground: Ground, { sources, integrations }: Story): Promise<Cast> {
  const started: WorldSource[] = []
  for (const source of sources) started.push(await starters[source.kind](ground, source))
  const desks: WorldDesk[] = []
  for (const [vendor, own] of Map.groupBy(integrations, ({ desk }) => desk)) {
    const companies = [...new Set(own.flatMap((one) => Object.values(one.companies)))]
    desks.push(await startDesk(ground, deskKinds[vendor], { seed: sources[0]?.seed ?? 1, companies }))
  }
  return { sources: started, desks, integrations: integrations.map((one) => toIntegration(sources, one)) }
}

function toIntegration(
  sources: Story['sources'],
  { name, source, desk, companies }: StoryIntegration,
): WorldIntegration {
  const kind = sources.find(({ id }) => id === source)?.kind ?? 'ksc'
  return {
    ...{ name, source, desk },
    companyOf: (tenant) => companies[tenant] ?? null,
    rules: startersFor(deskKinds[desk], kind),
    repeats: 'note',
    repeatNoteMinutes: 60,
  }
}

/** The emulator of a source or desk by its id. Throws when there is none. */
export function sideOf({ parts }: Pick<World, 'parts'>, id: string): WorldSource | WorldDesk {
  const sides = [...parts.sources, ...parts.desks]
  const side = sides.find((one) => one.id === id)
  if (side === undefined) throw new Error(`There is no “${id}”; there are ${sides.map((one) => one.id).join(', ')}.`)
  return side
}

/** Every ticket that was ever at a desk of the world but those about Tocsin itself. */
export function ticketsIn({ parts }: Pick<World, 'parts'>) {
  return parts.desks.flatMap((desk) => desk.tickets())
}
