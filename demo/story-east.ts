import { computersOf } from './stage-fleet.ts'
import {
  east,
  eastFleet,
  faults,
  harbour,
  order,
  protectionOff,
  protectionOn,
  scene,
  set,
  setAll,
  technician,
} from './story-cast.ts'
import type { Expectation, Scene } from './story-form.ts'

/** The month at the two clients of the second KSC, whose tickets go to the same ConnectWise as those of a client of the first. */

const protection = 'Protection is disabled'

function off(day: number, time: string, host: string): Scene {
  return scene(day, time, `${host}: protection off`, set(host, protectionOff, east.id))
}

function on(day: number, time: string, host: string): Scene {
  return scene(day, time, `${host}: on`, set(host, protectionOn, east.id))
}

export const eastScenes: readonly Scene[] = [
  off(2, '08:10', 'HARBOU-PC-002'),
  scene(
    2,
    '09:10',
    'A technician takes the ticket of HARBOU-PC-002 and writes into it',
    technician('take', { computer: 'HARBOU-PC-002' }),
    technician('note', { computer: 'HARBOU-PC-002' }, 'The user wants it off for an installation.'),
  ),
  scene(2, '10:10', 'The technician closes it by mistake', technician('close', { computer: 'HARBOU-PC-002' }, 'Done.')),
  scene(2, '11:10', 'and opens it again', technician('reopen', { computer: 'HARBOU-PC-002' })),
  on(2, '13:10', 'HARBOU-PC-002'),
  off(3, '10:10', 'GRANIT-PC-001'),
  on(3, '11:20', 'GRANIT-PC-001'),
  off(4, '08:10', 'GRANIT-PC-004'),
  scene(
    4,
    '09:10',
    'A technician moves the ticket of GRANIT-PC-004 to the board Service Desk',
    technician('move', { computer: 'GRANIT-PC-004' }, 'Service Desk'),
  ),
  on(4, '11:10', 'GRANIT-PC-004'),
  scene(5, '08:10', 'GRANIT-PC-005: the system drive is full', set('GRANIT-PC-005', { freeDiskMb: 150 }, east.id)),
  scene(
    5,
    '09:10',
    'A technician deletes the ticket of GRANIT-PC-005',
    technician('delete', { computer: 'GRANIT-PC-005' }),
  ),
  scene(5, '15:10', 'GRANIT-PC-005: the drive was cleaned up', set('GRANIT-PC-005', { freeDiskMb: 60_000 }, east.id)),
  off(9, '08:10', 'HARBOU-PC-001'),
  scene(
    9,
    '09:10',
    'ConnectWise: the status Completed of the board Security is called Done from now on',
    order('connectwise', { act: 'renameStatus', board: 'Security', status: 'Completed', newName: 'Done' }),
  ),
  on(9, '10:10', 'HARBOU-PC-001'),
  scene(
    10,
    '09:50',
    'The line to ConnectWise will break just after the next ticket is stored',
    faults('connectwise', { cutAfterCommit: { match: { method: 'POST', path: '/service/tickets$' }, times: 1 } }),
  ),
  off(10, '10:05', 'GRANIT-PC-006'),
  scene(10, '11:05', 'The line to ConnectWise holds', faults('connectwise', {})),
  on(10, '13:05', 'GRANIT-PC-006'),
  scene(
    19,
    '10:10',
    'Virus outbreak at Harbour Clinic',
    order(east.id, { act: 'virusOutbreak', vserver: harbour, hosts: 3, objects: 2, seed: 5 }),
  ),
  scene(
    19,
    '14:10',
    'Harbour Clinic is clean again',
    setAll(computersOf(eastFleet, harbour), { virusCount: 0 }, east.id),
  ),
  scene(
    19,
    '16:10',
    'A technician has dealt with the outbreak and closes its tickets',
    technician('close', { client: harbour }, 'Cleaned and scanned.'),
  ),
]

export const eastExpectations: readonly Expectation[] = [
  {
    say: 'What a technician closed by mistake and opened again closes when it is right',
    tickets: { computer: 'HARBOU-PC-002', what: protection },
    to: { day: 3, time: '06:00' },
    opened: 1,
    closedByPerson: 1,
    closedByUs: 1,
  },
  {
    say: 'KSC East goes on while the other KSC cannot be reached',
    tickets: { computer: 'GRANIT-PC-001', what: protection },
    from: { day: 3, time: '09:50' },
    to: { day: 3, time: '13:10' },
    opened: 1,
    closedByUs: 1,
  },
  {
    say: 'A ticket that was moved to another board closes there',
    tickets: { computer: 'GRANIT-PC-004', what: protection },
    opened: 1,
    closedByUs: 1,
    place: 'Service Desk',
  },
  {
    say: 'A ticket that was deleted in ConnectWise does not come again',
    tickets: { computer: 'GRANIT-PC-005' },
    to: { day: 6, time: '06:00' },
    opened: 1,
    deleted: 1,
  },
  {
    say: 'A closing status that was renamed is found again',
    tickets: { computer: 'HARBOU-PC-001', what: protection },
    to: { day: 10, time: '06:00' },
    opened: 1,
    closedByUs: 1,
  },
  {
    say: 'A lost answer of ConnectWise makes no second ticket',
    tickets: { computer: 'GRANIT-PC-006', what: protection },
    to: { day: 11, time: '06:00' },
    opened: 1,
    closedByUs: 1,
  },
  { say: 'An answer of ConnectWise was lost', answers: { of: 'connectwise', status: 0, count: 1 } },
  {
    say: 'The outbreak at Harbour Clinic: one ticket for each computer',
    tickets: { client: harbour, what: 'Malicious object detected' },
    opened: 3,
    closedByPerson: 3,
    closedByUs: 0,
  },
]
