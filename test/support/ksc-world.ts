import { X509Certificate } from 'node:crypto'
import { connect as connectTcp, createServer as createTcpServer } from 'node:net'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { type KscReady, startKscEmulator } from '../../emulators/ksc/main.ts'
import { statusKeys } from '../../src/connectors/sources/ksc/catalogue.ts'
import { Settings } from '../../src/connectors/sources/ksc/settings.ts'
import type { ComputerSeen, Level } from '../../src/core/observation.ts'
import type { Break, Expected, RaisedEvent, SourceWorld } from '../contracts/source-world.ts'
import { type Interceptor, startInterceptor } from './interceptor.ts'
import { join, listenAt } from './pipes.ts'
import { makeCertificate } from './servers.ts'

/** The KSC emulator behind an interceptor, all over TLS: connector - TLS - interceptor - TLS - emulator. */
export type KscWorld = SourceWorld<Settings> & {
  readonly emulator: Awaited<ReturnType<typeof startKscEmulator>>
  readonly ready: KscReady
  /** Certificate of the interceptor's own TLS front. */
  readonly certificate: string
  readonly port: number
}

const severities = { info: 1, warning: 2, 'functional-failure': 3, critical: 4 } as const
const levels: readonly Level[] = ['ok', 'critical', 'warning']
const day = 86_400_000
const dbFields = { warning: 4 * day, critical: 9 * day } as const

type Times = 'databasesAt' | 'lastConnected' | 'lastFullScan'
type HostState = {
  id: string
  name: string
  vserverId: number
  groupId: number
  statusId: number
  mask: number
  state: { hsdp?: { text: string } | null; rtpState?: number } & Partial<Record<Times, string>>
}
type GroupState = { id: number; kind: string; parentId: number | null }
type VServerState = { id: number; uid: string; name: string; enabled: boolean }
type EventState = { id: number; registrationTime: string } & Record<string, unknown>

export async function startKscWorld(): Promise<KscWorld> {
  const emulator = await startKscEmulator({ port: 0, devices: 60, tenants: 5, sick: 0.3 })
  const { control } = emulator
  const pair = await makeCertificate(['localhost'])
  const inner = await listenAt(
    createTcpServer((socket) =>
      join(socket, connectTls({ host: '127.0.0.1', port: emulator.port, rejectUnauthorized: false })),
    ),
  )
  const interceptor: Interceptor = await startInterceptor(`http://127.0.0.1:${inner.port}`)
  const front = await listenAt(
    createTlsServer(pair, (socket) => join(socket, connectTcp(Number(new URL(interceptor.origin).port), '127.0.0.1'))),
  )
  const settings = Settings.parse({
    address: '127.0.0.1',
    port: front.port,
    user: emulator.ready.user,
    password: emulator.ready.password,
    fingerprint: new X509Certificate(pair.cert).fingerprint256,
    timeoutSeconds: 1,
    pageSize: 7,
    tenantsPerQuery: 2,
    eventOverlap: 500,
  })
  let faults: Record<string, unknown> = {}
  const setFaults = (more: Record<string, unknown>) => {
    faults = { ...faults, ...more }
    control.setFaults(faults)
  }
  const act = (name: string, fields: object) => control.act({ act: name, ...fields })
  const part = <T>(name: string) => control.getState({ part: name }) as T
  const vservers = () => part<VServerState[]>('vservers')
  const keyOf = (id: number) => (id === 0 ? 'main' : (vservers().find((one) => one.id === id)?.uid ?? ''))
  const place = (tenantKey: string) => (tenantKey === 'main' ? {} : { vserver: tenantKey })
  const raise = async ({ tenantKey, computerKey, severity, happenedAt, ...event }: RaisedEvent) => {
    const where = computerKey === '' ? place(tenantKey) : { host: computerKey }
    const at = happenedAt === undefined ? {} : { riseTime: happenedAt.toISOString() }
    return (await act('raiseEvent', { ...where, ...event, ...at, severity: severities[severity] })) as {
      eventDbId: number
    }
  }

  return {
    emulator,
    ready: emulator.ready,
    certificate: pair.cert,
    port: front.port,
    interceptor,
    settings,
    wrongSettings: wrongSettings(
      settings,
      new X509Certificate(pair.cert).fingerprint256,
      new URL(interceptor.origin).port,
    ),
    secrets: secretForms(settings.password),
    now: () => emulator.clock.now(),
    advance: (milliseconds) => emulator.clock.advance(milliseconds),
    calls: {
      logOn: { method: 'POST', path: /StartSession$/ },
      computers: { method: 'POST', path: /GetItemsChunk$/ },
      events: { method: 'POST', path: /GetRecordRange$/ },
    },
    statuses,
    tenants: [keyOf(1), keyOf(2), keyOf(3)],
    tenantNames: async () => {
      const names = vservers().map(({ uid, name }) => [uid, name])
      return { main: 'KSC-MAIN (main server)', ...Object.fromEntries(names) }
    },
    computers: async () => trueComputers(part('hosts'), part('groups'), vservers()),
    addTenant: async (name) => ((await act('addVServer', { name })) as { uid: string }).uid,
    removeTenant: async (vserver) => void (await act('removeVServer', { vserver })),
    enableTenant: async (vserver, enabled) => void (await act('setVServer', { vserver, enabled })),
    letAnswer: async (vserver, answering) => void (await act('setVServer', { vserver, answering })),
    addComputer: async (tenantKey, name, managed = true) => {
      const vserverId = vservers().find(({ uid }) => uid === tenantKey)?.id ?? 0
      const unassigned = part<(GroupState & { vserverId: number })[]>('groups').find(
        (group) => group.kind === 'unassigned' && group.vserverId === vserverId,
      )
      // A new device is forgiven old databases for a day.
      const createdAt = new Date(emulator.clock.now().getTime() - 30 * day).toISOString()
      const where = managed ? place(tenantKey) : { group: unassigned?.id }
      return ((await act('addHost', { name, createdAt, ...where })) as { id: string }).id
    },
    removeComputer: async (host) => void (await act('removeHost', { host })),
    moveComputer: async (host, tenantKey) => void (await act('moveHost', { host, ...place(tenantKey) })),
    sicken: async (host, level) => {
      const databasesAt = new Date(emulator.clock.now().getTime() - dbFields[level]).toISOString()
      const hsdp = { level, text: 'Encryption & "keys" <lost> 🚨' }
      await act('setHost', { host, changes: { databasesAt, hsdp } })
      return [
        { statusKey: 'databases-outdated', text: shown['databases-outdated']?.({ databasesAt }) ?? '' },
        { statusKey: 'defined-by-application', text: hsdp.text },
      ]
    },
    heal: async (host) => void (await act('setHost', { host, changes: { databasesAt: 'fresh', hsdp: null } })),
    letRead: async (read) => {
      const rights = { read, modify: false, exportLicense: false }
      await act('setAccount', { user: settings.user, rights })
    },
    raise: async (event) => void (await raise(event)),
    raiseUnfinished: async (event) => {
      const { eventDbId } = await raise(event)
      const hidden = part<EventState[]>('events').filter(({ id }) => id === eventDbId)
      const others = () => part<EventState[]>('events').filter(({ id }) => id !== eventDbId)
      // A later one keeps the numbers growing while this one is hidden.
      await raise({ ...event, severity: 'info' })
      await control.putState({ events: others() })
      return async () => control.putState({ events: [...others(), ...hidden].toSorted((a, b) => a.id - b.id) })
    },
    purgeEvents: async () => {
      const newest = part<EventState[]>('events').at(-1)?.id ?? 0
      await act('purgeEvents', { beforeId: newest + 1 })
    },
    restoreOldEvents: async () => {
      const events = part<EventState[]>('events')
      const [first] = events
      if (first === undefined) throw new Error('there is no event to restore')
      emulator.clock.advance(day)
      await control.putState({ events: [{ ...first, id: 1000 }] })
    },
    dropSessions: async () => void (await act('dropSessions', {})),
    loseLists: (times) => setFaults({ expireAccessor: { times } }),
    break: (kind, call, times) => setFaults(breakFault(kind, call.path.source, times)),
    mend: () => {
      faults = {}
      control.setFaults({})
    },
    stop: async () => {
      await front.stop()
      await interceptor.stop()
      await inner.stop()
      await emulator.stop()
    },
  }
}

function breakFault(kind: Break, path: string, times: number): Record<string, unknown> {
  const rule = { match: { path }, times }
  switch (kind) {
    case 'cut-before':
      return { cutBefore: rule }
    case 'cut-after':
      return { cutAfterCommit: rule }
    case 'truncate-reply':
      return { truncateReply: rule }
    case 'hang':
      return { dead: { ...rule, mode: 'silent' } }
    case 'refuse':
      return { dead: { ...rule, mode: 'refuse' } }
  }
}

/** What each status means in the middle of a poll (ksc-open-api.md 1.3); a web page where JSON is expected is in the contract. */
const statuses: SourceWorld<Settings>['statuses'] = [
  { status: 400, expect: { kind: 'refused', reason: 'invalid-value', message: /does not accept.*status 400/ } },
  { status: 413, expect: { kind: 'refused', reason: 'invalid-value', message: /does not accept/ } },
  { status: 404, expect: { kind: 'denied', reason: 'wrong-address', message: /Check the address and the port/ } },
  { status: 405, expect: { kind: 'denied', reason: 'wrong-address', message: /Check the address and the port/ } },
  {
    status: 302,
    headers: { location: 'https://elsewhere.example/' },
    expect: { kind: 'denied', reason: 'wrong-address', message: /Check the address/ },
  },
  {
    status: 429,
    headers: { 'retry-after': '120' },
    expect: { kind: 'limited', reason: 'rate-limited', message: /slow down/ },
  },
  { status: 500, expect: { kind: 'later', reason: 'server-error', message: /event log/ } },
  { status: 502, expect: { kind: 'later', reason: 'server-error', message: /event log/ } },
  { status: 503, expect: { kind: 'later', reason: 'busy', message: /busy/ } },
]

function wrongSettings(
  right: Settings,
  fingerprint: string,
  plainPort: string,
): { title: string; settings: Settings; expect: Expected }[] {
  const other = fingerprint.replace(/^../, (first) => (first === 'AA' ? 'BB' : 'AA'))
  const denied = (reason: Expected['reason'], message: RegExp): Expected => ({ kind: 'denied', reason, message })
  const unreachable: Expected = { kind: 'later', reason: 'unreachable', message: /[Cc]heck the address/ }
  return [
    {
      title: 'wrong password',
      settings: { ...right, password: 'wr0ng-pass' },
      expect: denied('bad-credentials', /user name or the password/),
    },
    { title: 'wrong user', settings: { ...right, user: 'nobody' }, expect: denied('bad-credentials', /nobody/) },
    {
      title: 'another certificate',
      settings: { ...right, fingerprint: other },
      expect: denied('untrusted-certificate', /fingerprint/),
    },
    { title: 'nobody listens', settings: { ...right, port: 1 }, expect: unreachable },
    { title: 'unknown host', settings: { ...right, address: 'no-such-host.invalid' }, expect: unreachable },
    {
      title: 'a port that speaks plain HTTP',
      settings: { ...right, port: Number(plainPort) },
      expect: denied('wrong-address', /TLS/),
    },
    {
      title: 'no proxy there',
      settings: { ...right, proxyAddress: 'http://127.0.0.1:1' },
      expect: { kind: 'later', reason: 'unreachable', message: /proxy/ },
    },
  ]
}

function secretForms(password: string): readonly string[] {
  return [password, 'wr0ng-pass'].flatMap((secret) => [
    secret,
    Buffer.from(secret).toString('base64'),
    encodeURIComponent(secret),
  ])
}

/** Read from the emulator's own state, past the API. */
/** What the connector is to say that KSC shows, by reason. */
const shown: Readonly<Record<string, (state: HostState['state']) => string>> = {
  'defined-by-application': ({ hsdp }) => hsdp?.text ?? '',
  'databases-outdated': ({ databasesAt = '' }) => `Databases of ${databasesAt.slice(0, 16).replace('T', ' ')} UTC`,
  'not-connected': ({ lastConnected = '' }) => `Last connection on ${lastConnected.slice(0, 10)} UTC`,
  'scan-overdue': ({ lastFullScan = '' }) => `Last full scan on ${lastFullScan.slice(0, 10)} UTC`,
  'protection-disabled': ({ rtpState = 0 }) => {
    const state = { 1: 'stopped', 2: 'suspended', 9: 'failed' }[rtpState]
    return state === undefined ? '' : `Real-time protection: ${state}`
  },
}

function trueComputers(
  hosts: readonly HostState[],
  groups: readonly GroupState[],
  servers: readonly VServerState[],
): ComputerSeen[] {
  const byId = new Map(groups.map((group) => [group.id, group]))
  const enabled = new Map(servers.filter((one) => one.enabled).map((one) => [one.id, one.uid]))
  const isManaged = (groupId: number | null): boolean => {
    const group = groupId === null ? undefined : byId.get(groupId)
    return group !== undefined && (group.kind === 'managed' || (group.kind === 'group' && isManaged(group.parentId)))
  }
  return hosts.flatMap((host) => {
    const tenantKey = host.vserverId === 0 ? 'main' : enabled.get(host.vserverId)
    if (tenantKey === undefined || !isManaged(host.groupId)) return []
    const reasons = statusKeys.flatMap((statusKey, bit) =>
      host.statusId !== 0 && (host.mask & (1 << bit)) !== 0
        ? [{ statusKey, text: shown[statusKey]?.(host.state) ?? '' }]
        : [],
    )
    return [
      {
        tenantKey,
        computerKey: host.id,
        name: host.name,
        level: levels[host.statusId] ?? 'ok',
        reasons: reasons.toSorted((a, b) => (a.statusKey < b.statusKey ? -1 : 1)),
        link: '',
      },
    ]
  })
}
