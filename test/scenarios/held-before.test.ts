import { describe, expect, test } from 'vitest'
import type { StageRule } from '../../demo/rules.ts'
import { saveStageRules } from '../../demo/set-up.ts'
import type { Stage } from '../../demo/stage.ts'
import { listAccounts } from '../../src/usecases/list-accounts.ts'
import { listTenants } from '../../src/usecases/list-tenants.ts'
import { mapTenant } from '../../src/usecases/map-tenant.ts'
import { openHeld } from '../../src/usecases/open-held.ts'
import { previewHeld } from '../../src/usecases/preview-held.ts'
import { RequestError } from '../../src/usecases/request-error.ts'
import { updateIntegration } from '../../src/usecases/update-integration.ts'
import {
  atDesk,
  computersOf,
  databasesOld,
  expectSound,
  oneAtDesk,
  protectionOff,
  protectionOn,
  setHost,
  stages,
  whyOf,
  writes,
} from '../support/scenario.ts'

/** What is wrong already opens nothing by itself: connecting, mapping and switching on are no flood. */

const openStage = await stages()

const all: readonly StageRule[] = [
  { section: 'critical', what: 'all', fields: { priority: 'High' } },
  { section: 'warning', what: 'all', fields: { priority: 'Medium' } },
]

const main = 'KSC-MAIN (main server)'

/** Reasons that hold on managed computers of a client and that the KSC names, by its own account. */
function heldAt(stage: Stage, client: string): string[] {
  const vservers = stage.ksc.state('vservers') as { uid: string; name: string }[]
  const uid = vservers.find(({ name }) => name === client)?.uid ?? ''
  const conditions = stage.ksc.state('conditions') as {
    vserverUid: string
    hostName: string
    bit: number
    shown: boolean
  }[]
  return conditions
    .filter((one) => one.vserverUid === uid && one.shown && !one.hostName.includes('UNKNOWN'))
    .map(({ hostName, bit }) => `${hostName} ${bit}`)
}

async function tenantId(stage: Stage, name: string): Promise<number> {
  const { items } = await listTenants(stage.app.deps, { limit: 100 })
  return items.find((tenant) => tenant.name === name)?.id ?? 0
}

describe('connecting a sick fleet', () => {
  test('opens nothing; what comes later opens by itself, and what ends needs no call', async () => {
    const stage = await openStage({ devices: 16, sick: 0.8, rules: all })
    await stage.steps(3, 5)
    expect(heldAt(stage, 'Alder').length + heldAt(stage, 'Birch').length).toBeGreaterThan(8)
    expect(atDesk(stage)).toEqual([])
    const computer = computersOf(stage, 'Alder').find(
      (name) => !heldAt(stage, 'Alder').some((held) => held.startsWith(name)),
    )
    if (computer === undefined) throw new Error('Not one computer is well: choose another share.')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    expect(atDesk(stage).map(({ title }) => title)).toEqual([`Critical: Protection is disabled on ${computer}`])
    // The sick get well: they had no tickets.
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch')].filter((name) => name !== computer)
    await stage.ksc.act({ act: 'setHosts', hosts, changes: well })
    await stage.steps(2, 5)
    expect(await writes(stage)).toEqual(['POST Tickets'])
    expectSound(stage)
  })

  test('the preview counts by client and rule, and opening opens exactly those', async () => {
    const stage = await openStage({ devices: 12, sick: 0.6, rules: all })
    const { deps } = stage.app
    const { integrationId } = stage.ids
    await stage.step(5)
    const preview = await previewHeld(deps, { integrationId })
    const counts = Object.fromEntries(preview.clients.map(({ name, count }) => [name, count]))
    const clients = ['Alder', 'Birch', main]
    expect(counts).toEqual(Object.fromEntries(clients.map((client) => [client, heldAt(stage, client).length])))
    expect(preview.rules.reduce((sum, { count }) => sum + count, 0)).toBe(preview.total)

    const wrong = openHeld(deps, { integrationId, expected: preview.total + 1 })
    await expect(wrong).rejects.toThrow(`It would be ${preview.total} tickets now, not ${preview.total + 1}`)
    await expect(wrong).rejects.toMatchObject({ code: 'count-changed', facts: { total: preview.total } })
    await stage.work()
    expect(atDesk(stage)).toEqual([])

    // One client first, then the rest.
    const alder = await tenantId(stage, 'Alder')
    const first = await openHeld(deps, { integrationId, tenantId: alder, expected: counts.Alder ?? 0 })
    expect(first).toEqual({ opened: counts.Alder, notOpened: [] })
    await stage.work()
    expect(atDesk(stage).every(({ company }) => company === 'Alder')).toBe(true)
    expect(atDesk(stage)).toHaveLength(counts.Alder ?? 0)
    const left = preview.total - (counts.Alder ?? 0)
    const rest = await openHeld(deps, { integrationId, expected: left })
    expect(rest).toEqual({ opened: left, notOpened: [] })
    await stage.work()
    expect(atDesk(stage)).toHaveLength(preview.total)
    expect(await previewHeld(deps, { integrationId })).toMatchObject({ total: 0, clients: [], rules: [] })
    expect(await openHeld(deps, { integrationId, expected: 0 })).toEqual({ opened: 0, notOpened: [] })

    // From here on they are tickets like any other.
    const hosts = [...computersOf(stage, 'Alder'), ...computersOf(stage, 'Birch'), ...mainComputers]
    await stage.ksc.act({ act: 'setHosts', hosts, changes: well })
    await stage.steps(3, 5)
    expect(atDesk(stage).filter(({ open }) => open)).toEqual([])
    expectSound(stage)
  })

  test('one that becomes Critical opens', async () => {
    const stage = await openStage({ devices: 16, sick: 0.8, rules: all })
    const conditions = stage.ksc.state('conditions') as { hostName: string; bit: number; level: string }[]
    const computer = conditions.find(({ bit, level }) => bit === 7 && level === 'warning')?.hostName ?? ''
    await stage.steps(2, 5)
    expect((await whyOf(stage, computer, 'Databases are outdated')).reason).toBe('held-before')
    expect(atDesk(stage)).toEqual([])
    await setHost(stage, computer, databasesOld(stage, 8))
    await stage.step(5)
    expect(oneAtDesk(stage, `Critical: Databases are outdated on ${computer}`).open).toBe(true)
    await setHost(stage, computer, { databasesAt: 'fresh' })
    await stage.step(5)
    expect(oneAtDesk(stage, computer).open).toBe(false)
    expectSound(stage)
  })

  test('a client that is new at a known source is read like a new source', async () => {
    const stage = await openStage({ rules: all, companyOf: (tenant) => (tenant === 'Cedar' ? null : tenant) })
    const { uid } = (await stage.ksc.act({ act: 'addVServer', name: 'Cedar' })) as { uid: string }
    const createdAt = '2026-01-01T00:00:00Z'
    await stage.ksc.act({ act: 'addHost', name: 'CEDAR-PC-001', vserver: uid, createdAt, state: protectionOff })
    await stage.step(5)
    expect((await whyOf(stage, 'CEDAR-PC-001', 'Protection is disabled')).reason).toBe('held-before')
    expect(atDesk(stage)).toEqual([])
    expectSound(stage)
  })
})

describe('later choices', () => {
  test('switching a rule on opens nothing for what holds, and every new one gets its ticket', async () => {
    const rules: StageRule[] = []
    const stage = await openStage({ rules })
    const { deps } = stage.app
    const { integrationId } = stage.ids
    const [old, fresh] = computersOf(stage, 'Alder')
    await setHost(stage, old, protectionOff)
    await stage.step(5)
    expect((await whyOf(stage, old, 'Protection is disabled')).reason).toBe('rule-off')
    rules.push({ section: 'critical', what: 'Protection is disabled', fields: { priority: 'High' } })
    await saveStageRules(deps, stage.ids, rules)
    await stage.steps(3, 5)
    expect(atDesk(stage)).toEqual([])
    expect((await whyOf(stage, old, 'Protection is disabled')).answer).toContain(
      'Nothing stands against a ticket now: open it through “open what held before”.',
    )
    expect(await previewHeld(deps, { integrationId })).toMatchObject({
      total: 1,
      clients: [{ name: 'Alder', count: 1 }],
      rules: [{ section: 'critical', title: 'Protection is disabled', count: 1 }],
    })
    await setHost(stage, fresh, protectionOff)
    await stage.step(5)
    expect(atDesk(stage).map(({ title }) => title)).toEqual([`Critical: Protection is disabled on ${fresh}`])
    await openHeld(deps, { integrationId, expected: 1 })
    await stage.step(5)
    expect(oneAtDesk(stage, old).open).toBe(true)
    expectSound(stage)
  })

  test('mapping a client opens nothing for what holds; open-held does', async () => {
    let isMapped = false
    const companyOf = (tenant: string) => (tenant === 'Birch' && !isMapped ? null : tenant)
    const stage = await openStage({ rules: all, companyOf })
    const { deps } = stage.app
    const { integrationId, psaId } = stage.ids
    const [old, fresh] = computersOf(stage, 'Birch')
    await setHost(stage, old, protectionOff)
    await stage.step(5)
    expect((await whyOf(stage, old, 'Protection is disabled')).reason).toBe('tenant-not-mapped')
    expectSound(stage)
    const account = (await listAccounts(deps, { psaId })).find(({ name }) => name === 'Birch')
    const accountId = account?.id ?? ''
    await mapTenant(deps, { tenantId: await tenantId(stage, 'Birch'), integrationId, accountId })
    isMapped = true
    await stage.steps(3, 5)
    expect(atDesk(stage)).toEqual([])
    await setHost(stage, fresh, protectionOff)
    await stage.step(5)
    expect(atDesk(stage)).toMatchObject([{ company: 'Birch', title: `Critical: Protection is disabled on ${fresh}` }])
    await openHeld(deps, { integrationId, expected: 1 })
    await stage.step(5)
    expect(oneAtDesk(stage, old)).toMatchObject({ company: 'Birch', open: true })
    expectSound(stage)
  })

  test('a pause opens nothing and closes everything; what began meanwhile waits for a person', async () => {
    const stage = await openStage({ rules: all })
    const { deps } = stage.app
    const { integrationId } = stage.ids
    const [before, meanwhile, after] = computersOf(stage, 'Alder')
    await setHost(stage, before, protectionOff)
    await stage.step(5)
    const pausedUntil = new Date(stage.now().getTime() + 30 * 60_000)
    await updateIntegration(deps, { id: integrationId, pausedUntil })
    await setHost(stage, before, protectionOn)
    await setHost(stage, meanwhile, protectionOff)
    await stage.step(5)
    expect(oneAtDesk(stage, before).open).toBe(false)
    expect((await whyOf(stage, meanwhile, 'Protection is disabled')).reason).toBe('integration-paused')
    await expect(openHeld(deps, { integrationId, expected: 1 })).resolves.toEqual({
      opened: 0,
      notOpened: [{ reason: 'integration-paused', count: 1 }],
    })
    await stage.steps(7, 5)
    await setHost(stage, after, protectionOff)
    await stage.step(5)
    expect(oneAtDesk(stage, after).open).toBe(true)
    expect(atDesk(stage, meanwhile)).toEqual([])
    await openHeld(deps, { integrationId, expected: 1 })
    await stage.step(5)
    expect(oneAtDesk(stage, meanwhile).open).toBe(true)
    expectSound(stage)
  })

  test('who asks for what is not there is told so', async () => {
    const stage = await openStage({ rules: all })
    await expect(previewHeld(stage.app.deps, { integrationId: 99 })).rejects.toThrow(RequestError)
    await expect(openHeld(stage.app.deps, { integrationId: 99, expected: 0 })).rejects.toThrow(
      'There is no integration 99',
    )
    expectSound(stage)
  })
})

const mainComputers = ['MSP-SRV-001', 'MSP-PC-001', 'MSP-NB-001']

/** Everything that sickness at the start may have changed. */
const well = {
  online: true,
  agentInstalled: true,
  agentAlive: true,
  productInstalled: true,
  productRunning: true,
  rtpState: 4,
  virusCount: 0,
  uncuredCount: 0,
  restartRequiredSince: 'never',
  restartReason: 0,
  incompatibleApps: false,
  vulnerability: 0,
  encryptionWrong: false,
  mobileNotCompliant: false,
  incidents: 0,
  hsdp: null,
  freeDiskMb: 100_000,
  licenseEndsAt: null,
}
