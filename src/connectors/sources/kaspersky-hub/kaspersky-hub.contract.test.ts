import { expect, test } from 'vitest'
import { startHubWorld } from '../../../../test/contracts/hub-world.ts'
import { pushedLifeContract } from '../../../../test/contracts/pushed-life.ts'
import { pushedSourceContract } from '../../../../test/contracts/pushed-source.ts'
import { catalogue } from './catalogue.ts'
import { kasperskyHub } from './index.ts'

pushedSourceContract(kasperskyHub)
pushedLifeContract({ connector: kasperskyHub, startWorld: startHubWorld })

test('two events close their tickets, and no other does', () => {
  const lasting = catalogue.eventTypes.filter(({ hasEnd }) => hasEnd === true)
  expect(lasting.map(({ title }) => title)).toEqual([
    'Mailboxes protection is not provided',
    'License-related issue occurred',
  ])
})

test('Endpoint Security Cloud has its eight descriptions', () => {
  expect(catalogue.statuses).toHaveLength(8)
})

test('the hold time counts when it is chosen', () => {
  const settings = kasperskyHub.settings.parse({ statusEnds: 'said-or-held', statusHoldHours: 12 })
  expect(kasperskyHub.pushed?.rules(settings)).toMatchObject({ holdMs: 12 * 3_600_000, silentMs: 26 * 3_600_000 })
})
