import { everydayTroubles } from './everyday.ts'
import { computersOf, fleetOf } from './stage-fleet.ts'
import { storyExpectations } from './story-expectations.ts'
import type { Act, Scene, Story } from './story-form.ts'

/**
 * A month at a service provider with six clients. Tocsin looks at full (live: and half) hours, so nothing happens at one.
 */

const [acme, borealis, cascade, delta, ember, fairway] = [
  'Acme Dental GmbH',
  'Borealis Law SpA',
  'Cascade Freight BV',
  'Delta Foods Ltd',
  'Ember Motors BV',
  'Fairway Travel AB',
] as const
const clients = [acme, borealis, cascade, delta, ember, fairway]
const start = '2026-03-02T06:00:00Z'
const devices = 132
const seed = 1
const days = 30

const fleet = fleetOf({ tenants: clients, devices, seed }, new Date(start))

/** The licence of Ember Motors: the fifth virtual server. */
const emberKey = fleet.keys.find(({ vserverId }) => vserverId === 5)?.serial ?? ''

function scene(day: number, time: string, say: string, ...acts: Act[]): Scene {
  return { day, time, say, acts }
}

function set(host: string, changes: object): Act {
  return { ksc: { act: 'setHost', host, changes } }
}

function setAll(hosts: readonly string[], changes: object): Act {
  return { ksc: { act: 'setHosts', hosts, changes } }
}

const protectionOff = { rtpState: 1 }
const protectionOn = { rtpState: 4 }
const now = { hoursAgo: 0 }
const attack = {
  act: 'raiseEvent',
  type: 'GNRL_EV_ATTACK_DETECTED',
  displayName: 'Network attack detected',
  severity: 4,
}

const staleAtAcme = computersOf(fleet, acme).slice(4, 12)
const staleAtCascade = computersOf(fleet, cascade).slice(11, 21)
const wrongPolicy = computersOf(fleet, delta).slice(3, 13)

const firstDay: Scene[] = [
  scene(1, '06:10', 'ACME-PC-001: somebody switches the protection off', set('ACME-PC-001', protectionOff)),
  scene(1, '06:40', 'CASCAD-SRV-002: the system drive is full', set('CASCAD-SRV-002', { freeDiskMb: 150 })),
  scene(1, '07:10', 'Virus outbreak at Borealis Law', {
    ksc: { act: 'virusOutbreak', vserver: borealis, hosts: 5, objects: 2, seed: 7 },
  }),
  scene(
    1,
    '07:20',
    'FAIRWA-PC-001: protection off (this client has no company at the desk: no ticket)',
    set('FAIRWA-PC-001', protectionOff),
  ),
  scene(1, '08:10', 'A technician takes the ticket of CASCAD-SRV-002', {
    autotask: { act: 'takeTicket' },
    tickets: { computer: 'CASCAD-SRV-002' },
  }),
  scene(1, '08:40', 'ACME-PC-001: the protection is on again', set('ACME-PC-001', protectionOn)),
  scene(1, '09:20', 'CASCAD-SRV-002: the drive was cleaned up', set('CASCAD-SRV-002', { freeDiskMb: 60_000 })),
  scene(1, '09:40', 'DELTA-PC-015: protection off', set('DELTA-PC-015', protectionOff)),
  scene(1, '10:20', 'A technician closes the ticket of DELTA-PC-015 although nothing is right yet', {
    autotask: { act: 'closeTicket', resolution: 'The user says it is fine.' },
    tickets: { computer: 'DELTA-PC-015' },
  }),
  scene(1, '11:10', 'Borealis Law is clean again', setAll(computersOf(fleet, borealis), { virusCount: 0 })),
  scene(1, '12:10', 'A technician has dealt with the outbreak and closes its tickets', {
    autotask: { act: 'closeTicket', resolution: 'Cleaned and scanned.' },
    tickets: { client: borealis },
  }),
  scene(1, '13:10', 'Ember Motors: the licence will end in eight days', {
    ksc: { act: 'setKey', serial: emberKey, limitDate: { hoursAhead: 8 * 24 } },
  }),
  scene(
    1,
    '14:10',
    `Acme Dental: the update server breaks, ${staleAtAcme.length} computers get no databases any more`,
    setAll(staleAtAcme, { databasesAt: now }),
  ),
  scene(1, '15:20', 'DELTA-PC-015: the protection is on', set('DELTA-PC-015', protectionOn)),
  scene(1, '16:20', 'DELTA-PC-015: off again (a new condition, so a new ticket)', set('DELTA-PC-015', protectionOff)),
  scene(1, '17:10', 'FAIRWA-PC-001: the protection is on again', set('FAIRWA-PC-001', protectionOn)),
  scene(1, '18:10', 'DELTA-PC-015: on for good', set('DELTA-PC-015', protectionOn)),
]

const flaps = [
  ['07:40', '08:05'],
  ['08:40', '09:05'],
  ['10:10', '10:35'],
  ['11:40', '12:05'],
  ['13:40', '14:05'],
] as const

const flapping: Scene[] = flaps.flatMap(([stops, back]) => [
  scene(1, stops, 'DELTA-NB-003: the security application stops', set('DELTA-NB-003', { productRunning: false })),
  scene(1, back, 'DELTA-NB-003: and is back (its rule waits)', set('DELTA-NB-003', { productRunning: true })),
])

const firstWeek: Scene[] = [
  scene(
    2,
    '08:05',
    'CASCAD-NB-009 goes on a holiday of seven days and a half',
    set('CASCAD-NB-009', { lastConnected: now, lastVisible: now }),
  ),
  scene(
    2,
    '15:10',
    'A technician takes the licence ticket of EMBER-PC-005 and makes its priority Low',
    { autotask: { act: 'takeTicket' }, tickets: { computer: 'EMBER-PC-005' } },
    { autotask: { act: 'setPriority', priority: 'Low' }, tickets: { computer: 'EMBER-PC-005' } },
  ),
  scene(
    3,
    '09:05',
    'CASCAD-NB-011 is put into a cupboard',
    set('CASCAD-NB-011', { lastConnected: now, lastVisible: now }),
  ),
  scene(3, '08:10', 'CASCAD-PC-006: protection off', set('CASCAD-PC-006', protectionOff)),
  scene(3, '09:50', 'The KSC cannot be reached', { kscFaults: { dead: 'refuse' } }),
  scene(3, '10:10', 'A technician deletes the licence ticket of EMBER-PC-006', {
    autotask: { act: 'deleteTicket' },
    tickets: { computer: 'EMBER-PC-006' },
  }),
  scene(3, '10:40', 'CASCAD-PC-006: on again, but nobody can see it', set('CASCAD-PC-006', protectionOn)),
  scene(3, '11:50', 'The KSC can be reached again', { kscFaults: {} }),
  scene(5, '10:05', 'Autotask is down', { autotaskFaults: { errorRate: { value: 1, kind: 'html-503' } } }),
  scene(
    5,
    '10:10',
    'BOREAL-PC-002, BOREAL-PC-003 and BOREAL-PC-004: protection off',
    setAll(['BOREAL-PC-002', 'BOREAL-PC-003', 'BOREAL-PC-004'], protectionOff),
  ),
  scene(5, '10:40', 'BOREAL-PC-004: on again before it could get a ticket', set('BOREAL-PC-004', protectionOn)),
  scene(5, '11:05', 'Autotask is back', { autotaskFaults: {} }),
  scene(5, '14:20', 'BOREAL-PC-002, BOREAL-PC-003: on', setAll(['BOREAL-PC-002', 'BOREAL-PC-003'], protectionOn)),
  scene(6, '09:50', 'The line to Autotask will break just after the next ticket is stored', {
    autotaskFaults: { cutAfterCommit: { match: { method: 'POST', path: '/Tickets$' }, times: 1 } },
  }),
  scene(6, '10:05', 'CASCAD-PC-008: protection off', set('CASCAD-PC-008', protectionOff)),
  scene(6, '11:05', 'The line to Autotask holds', { autotaskFaults: {} }),
  scene(6, '13:05', 'CASCAD-PC-008: on', set('CASCAD-PC-008', protectionOn)),
  scene(7, '13:05', 'Autotask refuses everything: too many requests', {
    autotaskFaults: { rateLimited: { retryAfterSeconds: 600 } },
  }),
  scene(
    7,
    '13:10',
    `Delta Foods: a wrong policy switches the protection of ${wrongPolicy.length} computers off`,
    setAll(wrongPolicy, protectionOff),
  ),
  scene(7, '14:35', 'Autotask takes requests again', { autotaskFaults: {} }),
  scene(7, '17:10', 'Delta Foods: the policy is put right', setAll(wrongPolicy, protectionOn)),
]

const secondWeek: Scene[] = [
  scene(9, '09:10', 'Acme Dental: the update server works again', setAll(staleAtAcme, { databasesAt: 'fresh' })),
  scene(
    9,
    '18:05',
    'CASCAD-NB-009 is back from its holiday, before its ticket was due',
    set('CASCAD-NB-009', { online: true }),
  ),
  scene(10, '09:10', 'Ember Motors: the licence is renewed', {
    ksc: { act: 'setKey', serial: emberKey, limitDate: { hoursAhead: 365 * 24 } },
  }),
  scene(12, '06:40', 'DELTA-PC-020: protection off', set('DELTA-PC-020', protectionOff)),
  scene(12, '08:05', 'The virtual server of Delta Foods does not answer any more', {
    ksc: { act: 'setVServer', vserver: delta, answering: false },
  }),
  scene(12, '13:10', 'DELTA-PC-020: on again, but nobody can see it', set('DELTA-PC-020', protectionOn)),
  scene(12, '15:10', 'DELTA-PC-021: protection off, and nobody can see it', set('DELTA-PC-021', protectionOff)),
  scene(
    13,
    '06:10',
    'ACME-SRV-003 needs a restart',
    set('ACME-SRV-003', { restartRequiredSince: now, restartReason: 1 }),
  ),
  scene(13, '08:05', 'The virtual server of Delta Foods answers again', {
    ksc: { act: 'setVServer', vserver: delta, answering: true },
  }),
  scene(13, '09:10', 'CASCAD-NB-011 is found in its cupboard', set('CASCAD-NB-011', { online: true })),
  scene(13, '12:10', 'DELTA-PC-021: on', set('DELTA-PC-021', protectionOn)),
  scene(
    14,
    '10:05',
    'ACME-SRV-003: protection off (KSC now shows this reason only, and not the restart)',
    set('ACME-SRV-003', protectionOff),
  ),
  scene(14, '12:05', 'ACME-SRV-003: the protection is on', set('ACME-SRV-003', protectionOn)),
  scene(
    14,
    '15:05',
    'ACME-SRV-003 is restarted',
    set('ACME-SRV-003', { restartRequiredSince: 'never', restartReason: 0 }),
  ),
]

const later: Scene[] = [
  scene(15, '08:10', 'BOREAL-PC-010: the security application is gone', set('BOREAL-PC-010', gone())),
  scene(15, '14:10', 'BOREAL-PC-010 is retired and removed', { ksc: { act: 'removeHost', host: 'BOREAL-PC-010' } }),
  scene(16, '08:10', 'CASCAD-PC-025: protection off', set('CASCAD-PC-025', protectionOff)),
  scene(16, '11:10', 'CASCAD-PC-025 moves from Cascade Freight to Delta Foods', {
    ksc: { act: 'moveHost', host: 'CASCAD-PC-025', vserver: delta },
  }),
  scene(16, '16:10', 'CASCAD-PC-025: on', set('CASCAD-PC-025', protectionOn)),
  ...['09:10', '09:40', '10:20', '13:10'].map((time) =>
    scene(17, time, 'ACME-PC-004 is attacked from the network', { ksc: { ...attack, host: 'ACME-PC-004' } }),
  ),
  scene(17, '16:10', 'A technician has dealt with the attack', {
    autotask: { act: 'closeTicket', resolution: 'The attacker was isolated.' },
    tickets: { computer: 'ACME-PC-004' },
  }),
  scene(
    18,
    '06:10',
    `Cascade Freight: ${staleAtCascade.length} computers get no databases any more`,
    setAll(staleAtCascade, { databasesAt: now }),
  ),
  scene(20, '09:10', 'Ember Motors: a new computer comes, still without protection', {
    ksc: { act: 'addHost', name: 'EMBER-NB-017', vserver: ember, kind: 'laptop', state: gone() },
  }),
  scene(
    20,
    '14:10',
    'EMBER-NB-017: the security application is installed',
    set('EMBER-NB-017', { productInstalled: true, productRunning: true, rtpState: 4 }),
  ),
  scene(22, '09:10', 'Cascade Freight: the databases come again', setAll(staleAtCascade, { databasesAt: 'fresh' })),
  scene(23, '10:10', 'Virus outbreak at Delta Foods', {
    ksc: { act: 'virusOutbreak', vserver: delta, hosts: 6, objects: 3, seed: 11 },
  }),
  scene(23, '16:10', 'Delta Foods is clean again', setAll(computersOf(fleet, delta), { virusCount: 0 })),
  scene(23, '17:10', 'A technician closes the tickets of the outbreak', {
    autotask: { act: 'closeTicket', resolution: 'Cleaned and scanned.' },
    tickets: { client: delta, what: 'Malicious object detected' },
  }),
  scene(23, '17:40', 'The outbreak itself is dealt with too', {
    autotask: { act: 'closeTicket', resolution: 'Written up.' },
    tickets: { client: delta, what: 'Virus outbreak' },
  }),
  scene(25, '08:10', 'Autotask fails now and then', { autotaskFaults: { errorRate: 0.2 } }),
  scene(25, '18:10', 'Autotask works well again', { autotaskFaults: {} }),
]

function gone(): object {
  return { productInstalled: false, productRunning: false, rtpState: 0 }
}

/** Computers that have a part of their own; small troubles leave them alone. */
const cast = new Set([
  ...[...firstDay, ...flapping, ...firstWeek, ...secondWeek, ...later].flatMap(({ acts }) =>
    acts.flatMap((act) => ('ksc' in act && typeof act.ksc.host === 'string' ? [act.ksc.host] : [])),
  ),
  ...['BOREAL-PC-002', 'BOREAL-PC-003', 'BOREAL-PC-004', ...staleAtAcme, ...staleAtCascade, ...wrongPolicy],
  ...computersOf(fleet, ember).slice(0, 6),
])

const everyday = everydayTroubles({
  computers: [acme, borealis, cascade, delta, ember]
    .flatMap((client) => computersOf(fleet, client))
    .filter((name) => !cast.has(name)),
  days,
  perDay: 5,
  seed,
})

/** The story of the demo. */
export const story: Story = {
  start,
  days,
  clients,
  unmapped: [fairway],
  devices,
  seed,
  scenes: [...firstDay, ...flapping, ...firstWeek, ...secondWeek, ...later, ...everyday],
  expectations: storyExpectations,
  ticketsAtLeast: 150,
}
