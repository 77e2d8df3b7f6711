import { everydayTroubles, kscIllnesses } from './everyday.ts'
import { computersOf } from './stage-fleet.ts'
import { beginning, beginningCast } from './story-beginning.ts'
import { days, east, eastFleet, ember, integrations, main, mainClients, mainFleet, start } from './story-cast.ts'
import { eastExpectations, eastScenes } from './story-east.ts'
import { storyExpectations } from './story-expectations.ts'
import type { Scene, Story } from './story-form.ts'
import { hub, hubComputers, hubExpectations, hubIllnesses, hubIntegration, hubScenes } from './story-hub.ts'
import { later, laterCast } from './story-later.ts'

/**
 * A month at a service provider with eleven clients, two KSCs, a hub of the cloud products and three desks. Tocsin looks at full (live: and half) hours, so
 * nothing happens at one.
 */

const scenes: readonly Scene[] = [...beginning, ...later, ...eastScenes, ...hubScenes]

/** Computers that have a part of their own; small troubles leave them alone. */
const cast = new Set([
  ...scenes.flatMap(({ acts }) =>
    acts.flatMap((act) => ('order' in act && typeof act.order.host === 'string' ? [act.order.host] : [])),
  ),
  ...beginningCast,
  ...laterCast,
  ...computersOf(mainFleet, ember).slice(0, 6),
])

const free = (computers: readonly string[]) => computers.filter((name) => !cast.has(name))

const everyday = [
  ...everydayTroubles({
    illnesses: kscIllnesses(main.id),
    computers: free(mainClients.flatMap((client) => computersOf(mainFleet, client))),
    ...{ days, perDay: 5, seed: 1 },
  }),
  ...everydayTroubles({
    illnesses: kscIllnesses(east.id),
    computers: free(east.clients.flatMap((client) => computersOf(eastFleet, client))),
    ...{ days, perDay: 1, seed: 2 },
  }),
  ...everydayTroubles({
    illnesses: hubIllnesses,
    computers: hubComputers.slice(4),
    ...{ days, perDay: 1, seed: 3 },
  }),
]

/** The story of the demo. */
export const story: Story = {
  start,
  days,
  sources: [main, east, hub],
  integrations: [...integrations, hubIntegration],
  scenes: [...scenes, ...everyday],
  expectations: [...storyExpectations, ...eastExpectations, ...hubExpectations],
  ticketsAtLeast: 240,
}
