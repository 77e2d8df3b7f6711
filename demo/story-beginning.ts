import { computersOf } from './stage-fleet.ts'
import {
  acme,
  borealis,
  delta,
  faults,
  mainFleet,
  now,
  order,
  protectionOff,
  protectionOn,
  scene,
  set,
  setAll,
  technician,
} from './story-cast.ts'
import type { Scene } from './story-form.ts'

/** The first week at the clients of the first KSC. */

/** The licence of Ember Motors: the fifth virtual server. */
export const emberKey = mainFleet.keys.find(({ vserverId }) => vserverId === 5)?.serial ?? ''
export const staleAtAcme = computersOf(mainFleet, acme).slice(4, 12)
const wrongPolicy = computersOf(mainFleet, delta).slice(3, 13)
const borealisTrio = ['BOREAL-PC-002', 'BOREAL-PC-003', 'BOREAL-PC-004']

const firstDay: Scene[] = [
  scene(1, '06:10', 'ACME-PC-001: somebody switches the protection off', set('ACME-PC-001', protectionOff)),
  scene(1, '06:40', 'CASCAD-SRV-002: the system drive is full', set('CASCAD-SRV-002', { freeDiskMb: 150 })),
  scene(
    1,
    '07:10',
    'Virus outbreak at Borealis Law',
    order('ksc', { act: 'virusOutbreak', vserver: borealis, hosts: 5, objects: 2, seed: 7 }),
  ),
  scene(
    1,
    '07:20',
    'FAIRWA-PC-001: protection off (this client is mapped nowhere: no ticket)',
    set('FAIRWA-PC-001', protectionOff),
  ),
  scene(
    1,
    '08:10',
    'A technician takes the ticket of CASCAD-SRV-002',
    technician('take', { computer: 'CASCAD-SRV-002' }),
  ),
  scene(1, '08:40', 'ACME-PC-001: the protection is on again', set('ACME-PC-001', protectionOn)),
  scene(1, '09:20', 'CASCAD-SRV-002: the drive was cleaned up', set('CASCAD-SRV-002', { freeDiskMb: 60_000 })),
  scene(1, '09:40', 'DELTA-PC-015: protection off', set('DELTA-PC-015', protectionOff)),
  scene(
    1,
    '10:20',
    'A technician closes the ticket of DELTA-PC-015 although nothing is right yet',
    technician('close', { computer: 'DELTA-PC-015' }, 'The user says it is fine.'),
  ),
  scene(1, '11:10', 'Borealis Law is clean again', setAll(computersOf(mainFleet, borealis), { virusCount: 0 })),
  scene(
    1,
    '12:10',
    'A technician has dealt with the outbreak and closes its tickets',
    technician('close', { client: borealis }, 'Cleaned and scanned.'),
  ),
  scene(
    1,
    '13:10',
    'Ember Motors: the licence will end in eight days',
    order('ksc', { act: 'setKey', serial: emberKey, limitDate: { hoursAhead: 8 * 24 } }),
  ),
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
    technician('take', { computer: 'EMBER-PC-005' }),
    technician('lower', { computer: 'EMBER-PC-005' }),
  ),
  scene(
    3,
    '09:05',
    'CASCAD-NB-011 is put into a cupboard',
    set('CASCAD-NB-011', { lastConnected: now, lastVisible: now }),
  ),
  scene(3, '08:10', 'CASCAD-PC-006: protection off', set('CASCAD-PC-006', protectionOff)),
  scene(3, '09:50', 'The KSC cannot be reached', faults('ksc', { dead: 'refuse' })),
  scene(
    3,
    '10:10',
    'A technician voids the licence ticket of EMBER-PC-006',
    technician('delete', { computer: 'EMBER-PC-006' }),
  ),
  scene(3, '10:40', 'CASCAD-PC-006: on again, but nobody can see it', set('CASCAD-PC-006', protectionOn)),
  scene(3, '11:50', 'The KSC can be reached again', faults('ksc', {})),
  scene(4, '08:10', 'EMBER-PC-009: protection off', set('EMBER-PC-009', protectionOff)),
  scene(
    4,
    '09:10',
    'A technician has the service order of EMBER-PC-009 open on the screen, which locks it',
    technician('lock', { computer: 'EMBER-PC-009', what: 'Protection is disabled' }),
  ),
  scene(4, '10:10', 'EMBER-PC-009: on, but its order is locked', set('EMBER-PC-009', protectionOn)),
  scene(
    4,
    '12:40',
    'The technician leaves the order',
    technician('unlock', { computer: 'EMBER-PC-009', what: 'Protection is disabled' }),
  ),
  scene(5, '10:05', 'Autotask is down', faults('autotask', { errorRate: { value: 1, kind: 'html-503' } })),
  scene(
    5,
    '10:10',
    'BOREAL-PC-002, BOREAL-PC-003, BOREAL-PC-004, and EMBER-PC-011 with its tickets in Tigerpaw: protection off',
    setAll([...borealisTrio, 'EMBER-PC-011'], protectionOff),
  ),
  scene(5, '10:40', 'BOREAL-PC-004: on again before it could get a ticket', set('BOREAL-PC-004', protectionOn)),
  scene(5, '11:05', 'Autotask is back', faults('autotask', {})),
  scene(
    5,
    '14:20',
    'BOREAL-PC-002, BOREAL-PC-003, EMBER-PC-011: on',
    setAll(['BOREAL-PC-002', 'BOREAL-PC-003', 'EMBER-PC-011'], protectionOn),
  ),
  scene(
    6,
    '09:50',
    'The line to Tigerpaw will break just after the next service order is stored',
    faults('tigerpaw', { cutAfterCommit: { match: { method: 'POST', path: '/serviceorders$' }, times: 1 } }),
  ),
  scene(6, '10:05', 'CASCAD-PC-008: protection off', set('CASCAD-PC-008', protectionOff)),
  scene(6, '11:05', 'The line to Tigerpaw holds', faults('tigerpaw', {})),
  scene(6, '13:05', 'CASCAD-PC-008: on', set('CASCAD-PC-008', protectionOn)),
  scene(
    7,
    '13:05',
    'ConnectWise refuses everything: too many requests',
    faults('connectwise', { rateLimited: { retryAfterSeconds: 600 } }),
  ),
  scene(
    7,
    '13:10',
    `Delta Foods: a wrong policy switches the protection of ${wrongPolicy.length} computers off`,
    setAll(wrongPolicy, protectionOff),
  ),
  scene(7, '14:35', 'ConnectWise takes requests again', faults('connectwise', {})),
  scene(7, '17:10', 'Delta Foods: the policy is put right', setAll(wrongPolicy, protectionOn)),
]

export const beginning: readonly Scene[] = [...firstDay, ...flapping, ...firstWeek]

/** Computers of it that no single scene names. */
export const beginningCast: readonly string[] = [...borealisTrio, 'EMBER-PC-011', ...staleAtAcme, ...wrongPolicy]
