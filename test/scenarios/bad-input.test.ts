import { describe, expect, test } from 'vitest'
import { starterRules } from '../../demo/rules.ts'
import { createPsa } from '../../src/usecases/create-psa.ts'
import { listConditions } from '../../src/usecases/list-conditions.ts'
import { listRules } from '../../src/usecases/list-rules.ts'
import { listTenants } from '../../src/usecases/list-tenants.ts'
import { saveRules } from '../../src/usecases/save-rules.ts'
import { showStatus } from '../../src/usecases/show-status.ts'
import { updateIntegration } from '../../src/usecases/update-integration.ts'
import { updateSource } from '../../src/usecases/update-source.ts'
import { startKscFront } from '../support/ksc-front.ts'
import {
  atDesk,
  computersOf,
  expectSound,
  oneAtDesk,
  protectionOff,
  protectionOn,
  setHost,
  stages,
} from '../support/scenario.ts'

/** Odd words, numbers and settings: each is told in words that help, and no ticket is lost, doubled or closed by it. */

const openStage = await stages()

describe('names', () => {
  test('with &, quotes, emoji, right-to-left text and markup arrive as they are, at the right company', async () => {
    const tenants = [
      'Brandt & Söhne "GmbH"',
      "O'Malley <b>Bakery</b> 🌹",
      'משרד עורכי דין לוי',
      'شركة النور للتجارة',
      'Back\\slash, tab\tand 100 %',
    ]
    const stage = await openStage({ tenants, devices: 15 })
    const names = new Map<string, string>()
    for (const [n, client] of tenants.entries()) {
      const vserver = (stage.ksc.state('vservers') as { uid: string; name: string }[]).find(
        (one) => one.name === client,
      )
      const name = ['PC & “quoted” <i>', 'أحمد-PC', 'מחשב 1', '👩‍👩‍👧-PC', 'C:\\new\tname\nline \\N']
      const computer = name[n] ?? ''
      names.set(client, computer)
      await stage.ksc.act({ act: 'addHost', name: computer, vserver: vserver?.uid, state: protectionOff })
    }
    await stage.step(5)
    for (const client of tenants) {
      const ticket = atDesk(stage).find(({ company }) => company === client)
      const oneLine = (names.get(client) ?? '').replace(/[\t\n]/g, ' ')
      expect(ticket).toMatchObject({ title: `Critical: Protection is disabled on ${oneLine}`, open: true })
      expect(ticket?.description).toContain(`(${client}), Critical, since`)
    }
    const hosts = stage.ksc.state('hosts') as { id: string; name: string }[]
    for (const host of hosts) await setHost(stage, host.id, protectionOn)
    await stage.step(5)
    expect(atDesk(stage).map(({ open }) => open)).toEqual(tenants.map(() => false))
    const { duplicates, wronglyClosed } = stage.check()
    expect({ duplicates, wronglyClosed }).toEqual({ duplicates: 0, wronglyClosed: 0 })
  })

  test('that are too long: the title is cut between characters, and stands whole in the description', async () => {
    const stage = await openStage()
    const name = `PC-${'👨‍👩‍👧‍👦é'.repeat(40)}`
    await stage.ksc.act({ act: 'addHost', name, vserver: 'Alder', state: protectionOff })
    await stage.step(5)
    const whole = `Critical: Protection is disabled on ${name}`
    const ticket = oneAtDesk(stage, 'Protection is disabled')
    expect(ticket.title.length).toBeLessThanOrEqual(255)
    expect(ticket.title.length).toBeGreaterThan(235)
    expect(ticket.title.endsWith('…')).toBe(true)
    const characters = (text: string) => [...new Intl.Segmenter('en').segment(text)].map(({ segment }) => segment)
    const kept = characters(ticket.title.slice(0, -1))
    expect(kept).toEqual(characters(whole).slice(0, kept.length))
    expect(ticket.description.startsWith(whole)).toBe(true)
    // The ticket is known by its reference, whatever its title looks like.
    await setHost(stage, name, protectionOn)
    await stage.step(5)
    expect(oneAtDesk(stage, 'Protection is disabled').open).toBe(false)
  })

  test('of templates’ fields in the words of the KSC are words and no fields', async () => {
    const stage = await openStage()
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, { hsdp: { level: 'critical', text: '{{client}} {{since}} $& $1 \\1' } })
    await stage.step(5)
    expect(oneAtDesk(stage, computer).description).toContain('{{client}} {{since}} $& $1 \\1')
    expectSound(stage)
  })

  test('that no database can hold (NUL, half an emoji) do not blind the source', async () => {
    const event = { type: 'GNRL_EV_ATTACK_DETECTED', displayName: 'Network attack detected', severity: 4 }
    const stage = await openStage({ rules: [...starterRules] })
    const [computer, other] = computersOf(stage, 'Alder')
    const text = 'before\u0000after \ud83d end'
    await stage.ksc.act({ act: 'raiseEvent', ...event, host: computer, text })
    await stage.ksc.act({ act: 'addHost', name: 'PC\u0000-\udc00', vserver: 'Birch', state: protectionOff })
    await stage.ksc.act({ act: 'addVServer', name: 'New \u0000 client' })
    await setHost(stage, computer, { hsdp: { level: 'critical', text } })
    await setHost(stage, other, protectionOff)
    await stage.step(5)
    for (const ticket of atDesk(stage, computer)) {
      expect(ticket.description).toContain('beforeafter \ufffd end')
      expect(ticket.open).toBe(true)
    }
    expect(atDesk(stage, computer)).toHaveLength(2)
    expect(oneAtDesk(stage, other).open).toBe(true)
    expect(oneAtDesk(stage, 'Protection is disabled on PC-\ufffd')).toMatchObject({ company: 'Birch', open: true })
    await setHost(stage, other, protectionOn)
    await stage.step(5)
    expect(oneAtDesk(stage, other).open).toBe(false)
    expect(stage.check()).toMatchObject({ duplicates: 0, wronglyClosed: 0, lingering: 0 })
  })

  test('that change at the KSC and at the desk change nothing: both are known by their keys', async () => {
    const stage = await openStage()
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    await stage.ksc.act({ act: 'setVServer', vserver: 'Alder', name: 'Alder & Daughters' })
    await stage.autotask.act({ act: 'renameCompany', name: 'Alder', newName: 'Alder Holding' })
    await stage.steps(2, 5)
    expect(oneAtDesk(stage, computer)).toMatchObject({ open: true, notes: [] })
    const { items } = await listTenants(stage.app.deps, { search: 'Daughters', limit: 5 })
    expect(items).toMatchObject([{ name: 'Alder & Daughters', openTickets: 1 }])
    await setHost(stage, computer, protectionOn)
    await stage.step(5)
    expect(oneAtDesk(stage, computer).open).toBe(false)
    expect(stage.check()).toMatchObject({ duplicates: 0, wronglyClosed: 0, lingering: 0 })
  })
})

describe('masks', () => {
  test.each([
    ['negative', '-2147483646', ['Protection is disabled', 'Unknown reason (bit 31)']],
    ['of 64 bits', '9223372036854775810', ['Protection is disabled', 'Unknown reason (bit 63)']],
    [
      'beyond what a double holds exactly',
      '9007199254740993',
      ['Device has become unmanaged', 'Unknown reason (bit 53)'],
    ],
    ['empty', '0', ['Reason not named by Kaspersky Security Center']],
  ])('that are %s are read bit by bit', async (_, mask, titles) => {
    const stage = await openStage({ rules: [{ section: 'critical', what: 'all', fields: { priority: 'High' } }] })
    const [computer, other] = computersOf(stage, 'Alder')
    const front = await startKscFront(stage)
    front.statuses.set(computer, { statusId: 1, mask })
    await setHost(stage, other, protectionOff)
    await stage.step(5)
    const { items } = await listConditions(stage.app.deps, { computer, limit: 100 })
    expect(items.map(({ title }) => title).sort()).toEqual([...titles].sort())
    expect(oneAtDesk(stage, other).open).toBe(true)
    const known = titles.filter((title) => !title.startsWith('Unknown'))
    expect(
      atDesk(stage, computer)
        .map(({ title }) => title)
        .sort(),
    ).toEqual(known.map((title) => `Critical: ${title} on ${computer}`).sort())
    front.statuses.delete(computer)
    await stage.step(5)
    expect(atDesk(stage, computer).every(({ open }) => !open)).toBe(true)
    expect(oneAtDesk(stage, other).open).toBe(true)
  })

  test.each([
    ['a mask of more than 64 bits', { statusId: 1, mask: '99999999999999999999999' }, 'reasons that cannot be read'],
    ['a mask with a fraction', { statusId: 1, mask: '1.5' }, 'reasons that cannot be read'],
    ['a mask that is a text', { statusId: 2, mask: '"many"' }, 'reasons that cannot be read'],
    ['a status that nobody knows', { statusId: 7, mask: '0' }, 'the unknown status 7'],
  ] as const)('%s makes nothing of that client’s list count, and says whose it is', async (_, said, message) => {
    const stage = await openStage()
    const [computer, other] = computersOf(stage, 'Alder')
    const [elsewhere] = computersOf(stage, 'Birch')
    for (const each of [other, elsewhere]) await setHost(stage, each, protectionOff)
    await stage.step(5)
    const front = await startKscFront(stage)
    front.statuses.set(computer, said)
    for (const each of [other, elsewhere]) await setHost(stage, each, protectionOn)
    await stage.steps(2, 5)
    expect(oneAtDesk(stage, other).open).toBe(true)
    expect(oneAtDesk(stage, elsewhere).open).toBe(false)
    const { items } = await listTenants(stage.app.deps, { search: 'Alder', limit: 1 })
    expect(items[0]?.failingMessage).toContain(message)
    expect(items[0]?.failingMessage).toContain(computer)
    front.statuses.clear()
    await stage.step(5)
    expect(oneAtDesk(stage, other).open).toBe(false)
    expect(stage.check()).toMatchObject({ duplicates: 0, wronglyClosed: 0 })
  })
})

describe('settings', () => {
  test('a password that was changed at the KSC: nothing closes, the status says so, the new one helps', async () => {
    const stage = await openStage()
    const { deps } = stage.app
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    await stage.ksc.act({ act: 'setAccount', user: 'tocsin', password: 'another-password' })
    await setHost(stage, computer, protectionOn)
    await stage.steps(2, 5)
    expect(oneAtDesk(stage, computer).open).toBe(true)
    const failures = (await showStatus(deps)).sources[0]?.duties.map(({ failure }) => failure)
    for (const failure of failures ?? []) {
      expect(failure).toMatchObject({ kind: 'denied', reason: 'bad-credentials' })
      expect(failure?.message).toContain('Check both, and that “tocsin” is an internal user')
    }
    const again = updateSource(deps, { id: stage.ids.sourceId, settings: { password: 'wrong-as-well' } })
    await expect(again).rejects.toMatchObject({ code: 'check-failed' })
    await updateSource(deps, { id: stage.ids.sourceId, settings: { password: 'another-password' } })
    await stage.step(5)
    expect(oneAtDesk(stage, computer).open).toBe(false)
    expect(stage.check()).toMatchObject({ duplicates: 0, wronglyClosed: 0 })
  })

  test('rights that were taken away: nothing closes, and the right is named', async () => {
    const stage = await openStage()
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    await stage.ksc.act({ act: 'setAccount', user: 'tocsin', deny: ['HostGroup.FindHosts'] })
    await setHost(stage, computer, protectionOn)
    await stage.steps(2, 5)
    expect(oneAtDesk(stage, computer).open).toBe(true)
    const duties = (await showStatus(stage.app.deps)).sources[0]?.duties
    expect(duties?.find(({ kind }) => kind === 'poll-computers')?.failure).toMatchObject({
      kind: 'denied',
      reason: 'missing-right',
      message: expect.stringContaining('“Basic functionality: Read”'),
    })
    await stage.ksc.act({ act: 'setAccount', user: 'tocsin', deny: [] })
    await stage.steps(3, 5)
    expect(oneAtDesk(stage, computer).open).toBe(false)
    expect(stage.check()).toMatchObject({ duplicates: 0, wronglyClosed: 0 })
  })

  test('a user without a zone, and an address that is not Autotask’s, are refused in words', async () => {
    const stage = await openStage()
    const { deps } = stage.app
    const settings = {
      user: 'nobody@provider.example',
      secret: 'emulator-secret',
      integrationCode: 'EMULATORINTEGRATIONCODE0001',
      baseUrl: `${stage.autotask.url}/ATServicesRest/`,
    }
    const noZone = createPsa(deps, { connector: 'autotask', name: 'Nowhere', settings })
    await expect(noZone).rejects.toMatchObject({ code: 'check-failed', facts: { failure: { kind: 'denied' } } })
    await expect(noZone).rejects.toThrow(/user name/i)
    const noApi = createPsa(deps, {
      connector: 'autotask',
      name: 'A web page',
      settings: { ...settings, baseUrl: `${stage.autotask.url}/elsewhere/` },
    })
    await expect(noApi).rejects.toMatchObject({ code: 'check-failed' })
    expectSound(stage)
  })

  test('a rule that names a queue which does not exist is not saved', async () => {
    const stage = await openStage({ rules: [] })
    const { deps } = stage.app
    const { integrationId } = stage.ids
    const { version, sections } = await listRules(deps, { integrationId })
    const row = { section: 'critical' as const, key: 'protection-disabled', enabled: true }
    const good = { ...sections.critical[0]?.fields, priority: '4' }
    const save = (fields: Record<string, string>) =>
      saveRules(deps, { integrationId, version, rows: [{ ...row, fields }] })
    await expect(save({ ...good, queue: '4711' })).rejects.toMatchObject({
      code: 'rule-problems',
      facts: {
        errors: [
          {
            section: 'critical',
            key: 'protection-disabled',
            field: 'fields.queue',
            message: '"Queue" is set to 4711, which no longer exists in Autotask. Choose another.',
          },
        ],
      },
    })
    await expect(save({ ...good, dueHours: 'soon' })).rejects.toMatchObject({ code: 'rule-problems' })
    await expect(save({ ...good, colour: 'red' })).rejects.toMatchObject({ code: 'invalid-input' })
    await expect(
      saveRules(deps, { integrationId, version, rows: [{ ...row, key: 'unknown-reason', fields: good }] }),
    ).rejects.toThrow('This source knows no status description “unknown-reason”.')
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    expect(atDesk(stage)).toEqual([])
    expectSound(stage)
  })

  test('a template with a field that does not exist is not saved, and the old one goes on', async () => {
    const stage = await openStage()
    const { deps } = stage.app
    const id = stage.ids.integrationId
    await expect(updateIntegration(deps, { id, titleTemplate: '{{level}} {{computor}}' })).rejects.toThrow(
      '{{computor}} stands for nothing. The fields are {{level}}, {{what}}, {{computer}}',
    )
    const [computer] = computersOf(stage, 'Alder')
    await setHost(stage, computer, protectionOff)
    await stage.step(5)
    expect(oneAtDesk(stage, computer).title).toBe(`Critical: Protection is disabled on ${computer}`)
    expectSound(stage)
  })
})
