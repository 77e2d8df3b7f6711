import { computersOf } from './stage-fleet.ts'
import { emberKey, staleAtAcme } from './story-beginning.ts'
import {
  bare,
  cascade,
  delta,
  ember,
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

/** The rest of the month at the clients of the first KSC. */

const attack = {
  act: 'raiseEvent',
  type: 'GNRL_EV_ATTACK_DETECTED',
  displayName: 'Network attack detected',
  severity: 4,
}
const staleAtCascade = computersOf(mainFleet, cascade).slice(11, 21)
const borealisOthers = ['BOREAL-PC-005', 'BOREAL-PC-006', 'BOREAL-PC-007']

const secondWeek: Scene[] = [
  scene(
    8,
    '09:50',
    'The line to Autotask will break just after the next ticket is stored',
    faults('autotask', { cutAfterCommit: { match: { method: 'POST', path: '/Tickets$' }, times: 1 } }),
  ),
  scene(8, '10:05', 'BOREAL-PC-014: protection off', set('BOREAL-PC-014', protectionOff)),
  scene(8, '11:05', 'The line to Autotask holds', faults('autotask', {})),
  scene(8, '13:05', 'BOREAL-PC-014: on', set('BOREAL-PC-014', protectionOn)),
  scene(9, '09:10', 'Acme Dental: the update server works again', setAll(staleAtAcme, { databasesAt: 'fresh' })),
  scene(
    9,
    '18:05',
    'CASCAD-NB-009 is back from its holiday, before its ticket was due',
    set('CASCAD-NB-009', { online: true }),
  ),
  scene(
    10,
    '09:10',
    'Ember Motors: the licence is renewed',
    order('ksc', { act: 'setKey', serial: emberKey, limitDate: { hoursAhead: 365 * 24 } }),
  ),
  scene(
    11,
    '13:05',
    'Autotask refuses everything: too many requests',
    faults('autotask', { rateLimited: { retryAfterSeconds: 600 } }),
  ),
  scene(11, '13:10', `${borealisOthers.join(', ')}: protection off`, setAll(borealisOthers, protectionOff)),
  scene(11, '14:35', 'Autotask takes requests again', faults('autotask', {})),
  scene(11, '17:10', `${borealisOthers.join(', ')}: on`, setAll(borealisOthers, protectionOn)),
  scene(12, '06:40', 'DELTA-PC-020: protection off', set('DELTA-PC-020', protectionOff)),
  scene(
    12,
    '08:05',
    'The virtual server of Delta Foods does not answer any more',
    order('ksc', { act: 'setVServer', vserver: delta, answering: false }),
  ),
  scene(12, '13:10', 'DELTA-PC-020: on again, but nobody can see it', set('DELTA-PC-020', protectionOn)),
  scene(12, '15:10', 'DELTA-PC-021: protection off, and nobody can see it', set('DELTA-PC-021', protectionOff)),
  scene(
    13,
    '06:10',
    'ACME-SRV-003 needs a restart',
    set('ACME-SRV-003', { restartRequiredSince: now, restartReason: 1 }),
  ),
  scene(
    13,
    '08:05',
    'The virtual server of Delta Foods answers again',
    order('ksc', { act: 'setVServer', vserver: delta, answering: true }),
  ),
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

const rest: Scene[] = [
  scene(15, '08:10', 'BOREAL-PC-010: the security application is gone', set('BOREAL-PC-010', bare)),
  scene(
    15,
    '14:10',
    'BOREAL-PC-010 is retired and removed',
    order('ksc', { act: 'removeHost', host: 'BOREAL-PC-010' }),
  ),
  scene(16, '08:10', 'CASCAD-PC-025: protection off', set('CASCAD-PC-025', protectionOff)),
  scene(
    16,
    '11:10',
    'CASCAD-PC-025 moves from Cascade Freight (Tigerpaw) to Delta Foods (ConnectWise)',
    order('ksc', { act: 'moveHost', host: 'CASCAD-PC-025', vserver: delta }),
  ),
  scene(16, '16:10', 'CASCAD-PC-025: on', set('CASCAD-PC-025', protectionOn)),
  ...['09:10', '09:40', '10:20', '13:10'].map((time) =>
    scene(17, time, 'ACME-PC-004 is attacked from the network', order('ksc', { ...attack, host: 'ACME-PC-004' })),
  ),
  scene(
    17,
    '16:10',
    'A technician has dealt with the attack',
    technician('close', { computer: 'ACME-PC-004' }, 'The attacker was isolated.'),
  ),
  scene(
    18,
    '06:10',
    `Cascade Freight: ${staleAtCascade.length} computers get no databases any more`,
    setAll(staleAtCascade, { databasesAt: now }),
  ),
  scene(
    20,
    '09:10',
    'Ember Motors: a new computer comes, still without protection',
    order('ksc', { act: 'addHost', name: 'EMBER-NB-017', vserver: ember, kind: 'laptop', state: bare }),
  ),
  scene(
    20,
    '14:10',
    'EMBER-NB-017: the security application is installed',
    set('EMBER-NB-017', { productInstalled: true, productRunning: true, rtpState: 4 }),
  ),
  scene(22, '09:10', 'Cascade Freight: the databases come again', setAll(staleAtCascade, { databasesAt: 'fresh' })),
  scene(
    23,
    '10:10',
    'Virus outbreak at Delta Foods',
    order('ksc', { act: 'virusOutbreak', vserver: delta, hosts: 6, objects: 3, seed: 11 }),
  ),
  scene(23, '16:10', 'Delta Foods is clean again', setAll(computersOf(mainFleet, delta), { virusCount: 0 })),
  scene(
    23,
    '17:10',
    'A technician closes the tickets of the outbreak',
    technician('close', { client: delta, what: 'Malicious object detected' }, 'Cleaned and scanned.'),
  ),
  scene(
    23,
    '17:40',
    'The outbreak itself is dealt with too',
    technician('close', { client: delta, what: 'Virus outbreak' }, 'Written up.'),
  ),
  scene(25, '08:10', 'Autotask fails now and then', faults('autotask', { errorRate: 0.2 })),
  scene(25, '18:10', 'Autotask works well again', faults('autotask', {})),
]

export const later: readonly Scene[] = [...secondWeek, ...rest]

/** Computers of it that no single scene names. */
export const laterCast: readonly string[] = [...staleAtCascade, ...borealisOthers]
