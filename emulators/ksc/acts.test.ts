import { afterEach, describe, expect, test } from 'vitest'
import { createLab, findHosts } from './test-client.ts'

const lab = createLab()
afterEach(() => lab.stopAll())
const start = '2025-06-01T12:00:00.000Z'
const clock = { now: () => new Date(start) }
const small = { port: 0, devices: 40, tenants: 2, clock }
const pc = 'MSP-PC-001'

type Emulator = Awaited<ReturnType<typeof lab.start>>
type Entry = Record<string, unknown>
const day = 86_400

const history = (emulator: Emulator, since = 0): Entry[] =>
  emulator.control.getState({ part: 'history', since: String(since) }) as Entry[]
/** The history without what is the same everywhere. */
const story = (emulator: Emulator, since = 0): unknown[] =>
  history(emulator, since).map(({ n: _n, vserverUid: _uid, hostId: _id, hostName, ...entry }) => ({
    ...entry,
    hostName,
  }))
type Part = { id: string; uid: string; name: string; serial: string; state: Record<string, string> }
const part = (emulator: Emulator, name: string): Part[] => emulator.control.getState({ part: name }) as Part[]
const act = (emulator: Emulator, name: string, fields: object = {}) => emulator.control.act({ act: name, ...fields })
const status = async (emulator: Emulator, host = pc) => {
  const client = await lab.connect(emulator)
  const fields = ['KLHST_WKS_STATUS_ID', 'KLHST_WKS_STATUS_MASK', 'KLHST_WKS_STATUS', 'KLHST_WKS_STATUS_HSDP']
  const [found] = await findHosts(client, `(KLHST_WKS_DN="${host}")`, fields)
  return found && [found.KLHST_WKS_STATUS_ID, found.KLHST_WKS_STATUS_MASK]
}

describe('a fleet', () => {
  test('is healthy at the start, the same for the same seed, and stays healthy for a month', async () => {
    const emulator = await lab.start({ ...small, devices: 300, tenants: 7 })
    const again = await lab.start({ ...small, devices: 300, tenants: 7 })
    const other = await lab.start({ ...small, devices: 300, tenants: 7, seed: 2 })
    expect(emulator.control.getState()).toEqual(again.control.getState())
    expect(emulator.control.getState()).not.toEqual(other.control.getState())
    const hosts = emulator.control.getState({ part: 'hosts' }) as { vserverId: number; name: string; state: object }[]
    const managed = hosts.filter((host) => host.vserverId !== 0 && Object.keys(host.state).length === 0)
    expect(managed).toHaveLength(300)
    expect(new Set(hosts.map((host) => host.name)).size).toBe(hosts.length)
    expect(new Set(managed.map((host) => host.vserverId)).size).toBe(7)
    await act(emulator, 'clock', { advanceSeconds: 30 * day })
    expect(emulator.control.getState({ part: 'conditions' })).toEqual([])
    expect(history(emulator)).toEqual([])
  })

  test('has the share of sick computers asked for, all of it in the history', async () => {
    const emulator = await lab.start({ ...small, devices: 2000, sick: 0.2 })
    const begun = history(emulator).filter((entry) => entry.kind === 'status-begin')
    const conditions = emulator.control.getState({ part: 'conditions' }) as Entry[]
    const ill = new Set(conditions.map((one) => one.hostId))
    expect(ill.size).toBeGreaterThan(300)
    expect(ill.size).toBeLessThan(500)
    const key = (one: Entry): string => `${one.hostId} ${one.bit} ${one.level}`
    expect(begun.map(key).toSorted()).toEqual(conditions.map(key).toSorted())
  })
})

describe('time', () => {
  test('an offline computer: databases and connection age at their own moments, however late one looks', async () => {
    const emulator = await lab.start(small)
    await act(emulator, 'setHost', { host: pc, changes: { online: false } })
    const [fixed] = part(emulator, 'hosts').filter((host) => host.name === pc)
    await act(emulator, 'clock', { advanceSeconds: 20 * day })
    const begins = history(emulator).filter((entry) => entry.kind === 'status-begin' || entry.kind === 'status-level')
    const at = (from: string, days: number) => new Date(Date.parse(from) + days * day * 1000 + 1).toISOString()
    const { databasesAt, lastConnected, lastFullScan } = fixed?.state ?? {}
    expect(begins.map(({ time, kind, bit, level }) => ({ time, kind, bit, level }))).toEqual(
      [
        { time: at(databasesAt ?? '', 3), kind: 'status-begin', bit: 7, level: 'warning' },
        { time: at(databasesAt ?? '', 7), kind: 'status-level', bit: 7, level: 'critical' },
        { time: at(lastConnected ?? '', 7), kind: 'status-begin', bit: 8, level: 'warning' },
        { time: at(lastFullScan ?? '', 14), kind: 'status-begin', bit: 6, level: 'warning' },
        { time: at(lastConnected ?? '', 14), kind: 'status-level', bit: 8, level: 'critical' },
      ].toSorted((left, right) => left.time.localeCompare(right.time)),
    )
    expect(await status(emulator)).toEqual([1, 128 + 256])
    await act(emulator, 'setServer', { maskNames: 'all-levels' })
    expect(await status(emulator)).toEqual([1, 64 + 128 + 256])
    await act(emulator, 'setHost', { host: pc, changes: { online: true } })
    expect(await status(emulator)).toEqual([0, 0])
    expect(history(emulator).filter((entry) => entry.kind === 'status-end')).toHaveLength(3)
  })

  test('a clock that goes back takes what it brought with it', async () => {
    const emulator = await lab.start(small)
    const databasesAt = start
    await act(emulator, 'setHost', { host: pc, changes: { databasesAt } })
    await act(emulator, 'clock', { now: '2025-06-05T12:00:00Z' })
    expect(await status(emulator)).toEqual([2, 128])
    await act(emulator, 'clock', { now: '2025-06-02T12:00:00Z' })
    expect(await status(emulator)).toEqual([0, 0])
  })

  test('a key that ends makes all its computers Warning, then Critical, and well again when renewed', async () => {
    const emulator = await lab.start(small)
    const [key] = part(emulator, 'keys')
    await act(emulator, 'setKey', { serial: key?.serial, limitDate: '2025-06-11T12:00:00Z' })
    const seen: unknown[] = []
    for (const now of ['2025-06-04T11:59:59Z', '2025-06-04T12:00:00Z', '2025-06-11T12:00:00Z']) {
      await act(emulator, 'clock', { now })
      seen.push(await status(emulator))
    }
    expect(seen).toEqual([
      [0, 0],
      [2, 512],
      [1, 512],
    ])
    await act(emulator, 'setKey', { serial: key?.serial, limitDate: '2026-06-11T12:00:00Z' })
    expect(await status(emulator)).toEqual([0, 0])
    expect(emulator.control.getState({ part: 'conditions' })).toEqual([])
  })
})

describe('history', () => {
  test('levels: a Warning reason hidden by a Critical one neither ends nor begins again', async () => {
    const emulator = await lab.start(small)
    const set = (changes: object) => act(emulator, 'setHost', { host: pc, changes })
    await set({ databasesAt: '2025-05-28T00:00:00Z' })
    expect(await status(emulator)).toEqual([2, 128])
    await set({ rtpState: 1 })
    expect(await status(emulator)).toEqual([1, 2])
    const [shown] = (emulator.control.getState({ part: 'conditions' }) as Entry[]).filter((one) => one.bit === 7)
    expect(shown).toMatchObject({ level: 'warning', shown: false })
    await set({ rtpState: 4 })
    expect(await status(emulator)).toEqual([2, 128])
    await set({ databasesAt: 'fresh' })
    const time = start
    const hostName = pc
    const event = (type: string, severity: number) => ({
      time,
      kind: 'event',
      eventDbId: expect.any(Number),
      severity,
      type,
      hostName,
    })
    expect(story(emulator)).toEqual([
      { time, kind: 'status-begin', bit: 7, level: 'warning', hostName },
      { time, kind: 'host-status', statusId: 2, mask: 128, fromStatusId: 0, hostName },
      event('KLSRV_HOST_STATUS_WARNING', 2),
      { time, kind: 'status-begin', bit: 1, level: 'critical', hostName },
      { time, kind: 'host-status', statusId: 1, mask: 2, fromStatusId: 2, hostName },
      event('KLSRV_HOST_STATUS_CRITICAL', 4),
      { time, kind: 'status-end', bit: 1, level: 'critical', cause: 'changed', hostName },
      { time, kind: 'host-status', statusId: 2, mask: 128, fromStatusId: 1, hostName },
      event('KLSRV_HOST_STATUS_WARNING', 2),
      { time, kind: 'status-end', bit: 7, level: 'warning', cause: 'changed', hostName },
      { time, kind: 'host-status', statusId: 0, mask: 0, fromStatusId: 2, hostName },
    ])
    expect(history(emulator, 10)).toHaveLength(1)
  })

  test('a computer added sick, moved to another client, removed', async () => {
    const emulator = await lab.start(small)
    const [first, second] = part(emulator, 'vservers')
    const added = (await act(emulator, 'addHost', {
      name: 'NEW-1',
      vserver: first?.uid,
      state: { uncuredCount: 2 },
    })) as Entry
    await act(emulator, 'moveHost', { host: 'NEW-1', vserver: second?.name })
    await act(emulator, 'removeHost', { host: added.id })
    const short = history(emulator).flatMap(({ kind, vserverUid, cause, bit }) =>
      kind === 'event' || kind === 'host-status' ? [] : [[kind, vserverUid === first?.uid ? 1 : 2, bit, cause]],
    )
    expect(short).toEqual([
      ['host-added', 1, undefined, undefined],
      ['status-begin', 1, 10, undefined],
      ['status-end', 1, 10, 'host-moved'],
      ['host-moved', 2, undefined, undefined],
      ['status-begin', 2, 10, undefined],
      ['status-end', 2, 10, 'host-removed'],
      ['host-removed', 2, undefined, undefined],
    ])
    expect(await status(emulator, 'NEW-1')).toBeUndefined()
  })

  test('a computer moved to Unassigned has no status any more', async () => {
    const emulator = await lab.start(small)
    await act(emulator, 'setHost', { host: pc, changes: { incidents: 1 } })
    expect(await status(emulator)).toEqual([2, 131_072])
    await act(emulator, 'moveHost', { host: pc, group: 1 })
    expect(await status(emulator)).toEqual([0, 0])
    await act(emulator, 'moveHost', { host: pc, group: 0 })
    expect(await status(emulator)).toEqual([2, 131_072])
  })
})

describe('acts', () => {
  test('group settings decide what counts, from the top or from the group itself', async () => {
    const emulator = await lab.start(small)
    await act(emulator, 'setHost', {
      host: pc,
      changes: { virusCount: 5, hsdp: { level: 'critical', text: 'isolated' } },
    })
    expect(await status(emulator)).toEqual([1, 2 ** 18])
    await act(emulator, 'setGroup', { group: 0, critical: { mask: 8, viruses: 4 }, warning: { mask: 0 } })
    expect(await status(emulator)).toEqual([1, 8])
    const { id } = (await act(emulator, 'addGroup', { name: 'Quiet', parent: 0 })) as { id: number }
    await act(emulator, 'setGroup', { group: id, critical: { viruses: 100 } })
    await act(emulator, 'moveHost', { host: pc, group: id })
    expect(await status(emulator)).toEqual([0, 0])
    await act(emulator, 'setGroup', { group: id, critical: null })
    expect(await status(emulator)).toEqual([1, 8])
  })

  test('an outbreak infects protected computers of one client and says so', async () => {
    const emulator = await lab.start(small)
    const [first] = part(emulator, 'vservers')
    const outbreak = (await act(emulator, 'virusOutbreak', { vserver: first?.uid, hosts: 4, objects: 3 })) as {
      hosts: string[]
    }
    expect(new Set(outbreak.hosts).size).toBe(4)
    const types = history(emulator).flatMap((entry) => (entry.kind === 'event' ? [entry.type] : []))
    const count = (type: string): number => types.filter((one) => one === type).length
    expect([count('GNRL_EV_VIRUS_FOUND'), count('GNRL_EV_VIRUS_OUTBREAK'), count('KLSRV_HOST_STATUS_WARNING')]).toEqual(
      [12, 1, 4],
    )
    const ill = emulator.control.getState({ part: 'conditions' }) as Entry[]
    expect(ill.map((one) => [one.vserverUid, one.bit])).toEqual(outbreak.hosts.map(() => [first?.uid, 3]))
  })

  test('a virtual server comes with its groups and goes with its computers', async () => {
    const emulator = await lab.start(small)
    const made = (await act(emulator, 'addVServer', { name: 'Nova Ltd' })) as { uid: string; managedGroup: number }
    await act(emulator, 'addHost', { name: 'NOVA-1', vserver: 'Nova Ltd' })
    const client = await lab.connect(emulator, 'Nova Ltd')
    const fields = ['KLHST_WKS_GROUPID']
    expect(await findHosts(client, '', fields)).toEqual([{ KLHST_WKS_GROUPID: made.managedGroup }])
    await expect(act(emulator, 'addVServer', { name: 'Nova Ltd' })).rejects.toThrow('already there')
    await act(emulator, 'removeVServer', { vserver: made.uid })
    expect(await findHosts(await lab.connect(emulator), '(KLHST_WKS_DN="NOVA-1")', fields)).toEqual([])
    expect(history(emulator).map((entry) => entry.kind)).toEqual([
      'vserver-added',
      'host-added',
      'host-removed',
      'vserver-removed',
    ])
  })

  test('many computers change at once, or none when one is unknown', async () => {
    const emulator = await lab.start(small)
    await expect(act(emulator, 'setHosts', { hosts: [pc, 'NOBODY'], changes: { incidents: 1 } })).rejects.toThrow(
      '"NOBODY"',
    )
    expect(emulator.control.getState({ part: 'conditions' })).toEqual([])
    expect(await act(emulator, 'setHosts', { hosts: [pc, 'MSP-NB-001'], changes: { incidents: 1 } })).toEqual({
      changed: 2,
    })
    expect(emulator.control.getState({ part: 'conditions' })).toHaveLength(2)
  })

  test.each<[string, object, RegExp]>([
    ['dance', {}, /unknown act "dance"; there are setHost, .*virusOutbreak.*clock$/],
    ['setHost', { host: pc }, /act setHost is not right: changes/],
    ['setHost', { host: pc, changes: { mood: 'bad' } }, /mood/],
    ['setHost', { host: pc, changes: { rtpState: 12 } }, /changes\.rtpState/],
    ['setHost', { host: pc, changes: { databasesAt: 'yesterday' } }, /databasesAt/],
    ['setHost', { host: pc, changes: { licenseKey: 'NOPE' } }, /no licence key "NOPE"/],
    ['removeHost', { host: 'NOBODY' }, /no device has the id or name "NOBODY"/],
    ['moveHost', { host: pc }, /needs "vserver" or "group"/],
    ['moveHost', { host: pc, group: 999 }, /no group 999/],
    ['addHost', { name: 'X', vserver: 'Nobody' }, /no virtual server/],
    ['setServer', { maskNames: 'some' }, /maskNames/],
    ['setAccount', { user: 'new' }, /needs a "password"/],
    ['setVServer', { vserver: 77 }, /no virtual server/],
    ['raiseEvent', { type: 'T', severity: 5 }, /severity/],
  ])('a bad %s %j is refused', async (name, fields, text) => {
    const emulator = await lab.start({ ...small, devices: 0, tenants: 0 })
    const state = emulator.control.getState()
    await expect(act(emulator, name, fields)).rejects.toThrow(text)
    expect(emulator.control.getState()).toEqual(state)
  })
})

describe('state', () => {
  test('goes out and comes back the same', async () => {
    const emulator = await lab.start({ ...small, sick: 0.3 })
    await act(emulator, 'raiseEvent', { host: pc, type: 'T', severity: 4, params: [null, 'x'] })
    await act(emulator, 'setGroup', { group: 13, critical: { databasesDays: 1 } })
    await act(emulator, 'setHost', { host: pc, changes: { online: false, licenseEndsAt: '2026-01-01T00:00:00Z' } })
    const whole = JSON.parse(JSON.stringify(emulator.control.getState()))
    const other = await lab.start({ ...small, devices: 5, tenants: 1, seed: 9 })
    await other.control.putState(whole)
    expect(JSON.parse(JSON.stringify(other.control.getState()))).toEqual(whole)
    await other.control.putState({ server: { maskNames: 'all-levels' } })
    expect(other.control.getState({ part: 'server' })).toEqual({ ...whole.server, maskNames: 'all-levels' })
  })

  test('a wrong one changes nothing and says why', async () => {
    const emulator = await lab.start(small)
    const whole = emulator.control.getState()
    await expect(emulator.control.putState({ hosts: [] })).rejects.toThrow('must be given together')
    await expect(emulator.control.putState({ fleet: [] })).rejects.toThrow('fleet')
    const lost = JSON.parse(JSON.stringify(whole))
    lost.hosts[0].groupId = 999
    lost.server.maskNames = 'all-levels'
    await expect(emulator.control.putState(lost)).rejects.toThrow('is in group 999, which is not there')
    expect(() => emulator.control.getState({ part: 'x' })).toThrow('no part "x"; there are history, conditions, now')
    expect(emulator.control.getState()).toEqual(whole)
  })
})
