import { expect, vi } from 'vitest'
import type { Database } from '../../src/db/tables.ts'
import { testDatabase } from '../support/database.ts'
import { addressOf, startHubListeners } from '../support/hub-listeners.ts'
import { createHubWorld } from '../support/hub-world.ts'
import type { PushedChannelsWorld, Sending } from './pushed-world.ts'

/** The world of Kaspersky Business Hub: its feeder, a real Tocsin and Autotask. */

const lasting = 'm365-mailboxes-not-protected'
const plain = { product: 'microsoft-365', type: 'm365-malware-detected', severity: 'critical' } as const
const statuses = ['databases-outdated', 'protection-disabled'] as const

export async function startHubWorld(): Promise<PushedChannelsWorld> {
  const world = await createHubWorld(await testDatabase<Database>(), { tenants: 2, devices: 0 })
  const { act, ok, sourceId, hub } = world
  const [one, other] = hub.ready.companies.map(({ key }) => key) as [string, string]
  const names = new Map(hub.ready.companies.map(({ key, name }) => [key, name]))
  await act('list')
  await world.settle()
  for (const company of [one, other]) await world.map(company)
  await world.ruleOn([
    ...statuses.map((status) => ['critical', status] as const),
    ['event-type', lasting],
    ['event-type', plain.type],
  ])

  const listeners = await startHubListeners(world, hub.ready.companies)
  const addresses = Object.fromEntries([one, other].map((company) => [company, addressOf(company)]))
  await act('connect', { channel: 'syslog', port: listeners.syslog.port })
  await act('connect', { channel: 'mail', port: listeners.smtp.port, addresses })

  async function tenantOf(company: string) {
    const { items } = await ok('GET', `/api/v1/tenants?sourceId=${sourceId}&limit=500`)
    return items.find(({ key }: { key: string }) => key === company)
  }
  async function companyOf(company: string) {
    const { companies } = await ok('GET', `/api/v1/sources/${sourceId}/inbox`)
    return companies.find(({ key }: { key: string }) => key === company)
  }
  async function send(sending: Sending & { channel?: 'syslog' | 'mail' } = {}): Promise<number> {
    const { pushedBack, refused } = await act('flush', { again: 5, ...sending })
    if (refused !== null) throw new Error(`It was refused: ${String(refused)}`)
    return Number(pushedBack)
  }
  async function settle(): Promise<void> {
    await world.pass(1)
  }

  return {
    companies: [one, other],
    statuses,
    lasting,
    plain: plain.type,
    async addCompany(key) {
      names.set(key, `Company ${key}`)
      await act('addCompany', { key, name: `Company ${key}` })
    },
    addComputer: async (company, computer) =>
      void (await act('addComputer', { company, key: computer, name: computer })),
    removeComputer: async (company, computer) => void (await act('removeComputer', { company, computer })),
    sicken: async (company, computer, status) =>
      void (await act('setStatus', { company, computer, status, level: 'critical' })),
    heal: async (company, computer, status) =>
      void (await act('setStatus', { company, computer, status, level: 'ok' })),
    happen: async (company, count) => void (await act('event', { company, count, ...plain })),
    raise: async (company) => void (await act('raise', { company, type: lasting })),
    resolve: async (company) => void (await act('resolve', { company, type: lasting })),
    async tellByMail(sending) {
      await send({ ...sending, channel: 'mail' })
      await settle()
    },
    async tellBySyslog(sending) {
      await send({ ...sending, channel: 'syslog' })
      // The feeder's connection is closed: all was received, and not all of it is on disk.
      await vi.waitFor(() => expect(listeners.syslog.counts().waiting).toBe(0), { timeout: 10_000, interval: 5 })
      await settle()
    },
    send,
    settle,
    async tell(sending) {
      await send(sending)
      await settle()
    },
    list: async (company) => void (await act('list', { company })),
    forget: async () => void (await act('forget')),
    pass: (hours) => world.pass(hours * 60),
    async known(company) {
      const { items } = await ok('GET', '/api/v1/conditions?limit=500')
      const mine = items.filter(({ tenantName }: { tenantName: string }) => tenantName === names.get(company))
      const conditions = mine.map(
        ({ computerKey, computerName, statusKey }: { computerKey: string; computerName: string; statusKey: string }) =>
          `${computerKey === '' ? '' : computerName}/${statusKey}`,
      )
      return { conditions, events: (await companyOf(company))?.events ?? 0 }
    },
    open: async (company) =>
      world.atDesk().filter((ticket) => ticket.state === 'open' && ticket.company === names.get(company)).length,
    everOpened: async () => world.atDesk().length,
    isMapped: async (company) => (await tenantOf(company)).mapping !== null,
    async stop() {
      await listeners.stop()
      await world.stop()
    },
  }
}
