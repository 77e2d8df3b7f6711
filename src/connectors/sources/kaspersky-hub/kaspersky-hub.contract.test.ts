import { expect, test } from 'vitest'
import { startHubWorld } from '../../../../test/contracts/hub-world.ts'
import { pushedChannelsContract } from '../../../../test/contracts/pushed-channels.ts'
import { pushedLifeContract } from '../../../../test/contracts/pushed-life.ts'
import { pushedSourceContract } from '../../../../test/contracts/pushed-source.ts'
import { catalogue } from './catalogue.ts'
import { kasperskyHub } from './index.ts'

pushedSourceContract(kasperskyHub)
pushedLifeContract({ connector: kasperskyHub, startWorld: startHubWorld })
pushedChannelsContract({ connector: kasperskyHub, startWorld: startHubWorld })

test('two events close their tickets, and no other does', () => {
  const lasting = catalogue.eventTypes.filter(({ hasEnd }) => hasEnd === true)
  expect(lasting.map(({ title }) => title)).toEqual([
    'Mailboxes protection is not provided',
    'License-related issue occurred',
  ])
})

/**
 * The reasons as the vendor names them, in its order (kaspersky-msp-product.md 9.3), each with the key that senders write and the
 * database keeps: neither may change.
 */
const descriptions = [
  ['application-not-installed', 'Security application is not installed'],
  ['application-not-running', 'Security application is not running'],
  ['protection-disabled', 'Real-time protection is disabled'],
  ['databases-outdated', 'Databases have not been updated in a long time'],
  ['not-connected', 'Not connected in a long time'],
  ['encryption-status', 'Invalid encryption status'],
  ['license-expired', 'License has expired'],
  ['defined-by-application', 'Status stated by the managed application'],
]

test('Endpoint Security Cloud has its eight descriptions, each as Warning and as Critical', () => {
  expect(catalogue.statuses.map(({ key, title }) => [key, title])).toEqual(descriptions)
  for (const { levels, product } of catalogue.statuses) {
    expect([levels, product]).toEqual([['warning', 'critical'], 'endpoint-security-cloud'])
  }
})

test('the hold time counts when it is chosen', () => {
  const settings = kasperskyHub.settings.parse({ statusEnds: 'said-or-held', statusHoldHours: 12 })
  expect(kasperskyHub.pushed?.rules(settings)).toMatchObject({ holdMs: 12 * 3_600_000, silentMs: 26 * 3_600_000 })
})
