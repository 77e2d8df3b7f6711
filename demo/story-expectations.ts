import type { Expectation, Moment } from './story-form.ts'

/** What each part of the story must have come to. */

const protection = 'Protection is disabled'
const licence = 'License expired or expires soon'
const databases = 'Databases are outdated'

function at(day: number, time: string): Moment {
  return { day, time }
}

export const storyExpectations: readonly Expectation[] = [
  {
    say: 'A ticket opens and closes by itself',
    tickets: { computer: 'ACME-PC-001', what: protection },
    to: at(2, '06:00'),
    opened: 1,
    closedByUs: 1,
  },
  {
    say: 'A ticket that a technician has taken closes by itself too',
    tickets: { computer: 'CASCAD-SRV-002' },
    opened: 1,
    closedByUs: 1,
  },
  {
    say: 'The outbreak at Borealis Law: one ticket for each computer',
    tickets: { client: 'Borealis Law SpA', what: 'Malicious object detected' },
    opened: 5,
    closedByPerson: 5,
    closedByUs: 0,
  },
  {
    say: 'The outbreak at Borealis Law: one for the whole',
    tickets: { client: 'Borealis Law SpA', what: 'Virus outbreak' },
    opened: 1,
  },
  {
    say: 'The outbreak at Borealis Law: the status of each computer',
    tickets: { client: 'Borealis Law SpA', what: 'Too many viruses detected' },
    to: at(2, '06:00'),
    opened: 5,
    closedByUs: 5,
  },
  { say: 'A client without a company gets no tickets', tickets: { computer: 'FAIRWA-PC-001' }, opened: 0 },
  {
    say: 'The flapping laptop gets no tickets',
    tickets: { computer: 'DELTA-NB-003', what: 'Security application is not running' },
    opened: 0,
  },
  {
    say: 'A ticket that a technician closed early is left alone, until it begins again',
    tickets: { computer: 'DELTA-PC-015' },
    to: at(2, '06:00'),
    opened: 2,
    closedByPerson: 1,
    closedByUs: 1,
  },
  {
    say: 'The licence of Ember Motors: one ticket for each computer',
    tickets: { client: 'Ember Motors BV', what: licence },
    opened: { atLeast: 16 },
    closedByUs: { atLeast: 15 },
    open: 0,
  },
  {
    say: 'A priority that a technician chose stays when it escalates',
    tickets: { computer: 'EMBER-PC-005', what: licence },
    opened: 1,
    closedByUs: 1,
    priority: 'Low',
  },
  {
    say: 'Without a technician the priority rises',
    tickets: { computer: 'EMBER-PC-001', what: licence },
    opened: 1,
    priority: 'High',
  },
  {
    say: 'A ticket that was deleted does not come again',
    tickets: { computer: 'EMBER-PC-006', what: licence },
    opened: 1,
    deleted: 1,
  },
  {
    say: 'Nothing closes or opens while the KSC cannot be reached',
    tickets: {},
    from: at(3, '09:50'),
    to: at(3, '11:50'),
    opened: 0,
    closedByUs: 0,
  },
  { say: 'The KSC was cut off', answers: { of: 'ksc', status: 0, count: { atLeast: 2 } } },
  {
    say: 'Seen when the KSC is back',
    tickets: { computer: 'CASCAD-PC-006', what: protection },
    opened: 1,
    closedByUs: 1,
  },
  {
    say: 'Nothing opens while Autotask is down',
    tickets: {},
    from: at(5, '10:05'),
    to: at(5, '11:05'),
    opened: 0,
  },
  { say: 'Autotask was down', answers: { of: 'autotask', status: 503, count: { atLeast: 2 } } },
  {
    say: 'Opened when Autotask is back',
    tickets: { computer: 'BOREAL-PC-002', what: protection },
    opened: 1,
    closedByUs: 1,
  },
  { say: 'Over before Autotask was back', tickets: { computer: 'BOREAL-PC-004', what: protection }, opened: 0 },
  {
    say: 'A lost answer makes no second ticket',
    tickets: { computer: 'CASCAD-PC-008', what: protection },
    opened: 1,
    closedByUs: 1,
  },
  { say: 'An answer of Autotask was lost', answers: { of: 'autotask', status: 0, count: 1 } },
  { say: 'Autotask refused requests', answers: { of: 'autotask', status: 429, count: { atLeast: 1 } } },
  {
    say: 'The wrong policy: every computer has its ticket when Autotask allows it',
    tickets: { client: 'Delta Foods Ltd', what: protection },
    from: at(7, '13:05'),
    to: at(8, '06:00'),
    opened: { atLeast: 10 },
    closedByUs: { atLeast: 10 },
  },
  {
    say: 'Databases at Acme Dental go stale and recover',
    tickets: { client: 'Acme Dental GmbH', what: databases },
    opened: { atLeast: 8 },
    closedByUs: { atLeast: 8 },
    open: 0,
  },
  {
    say: 'They became Critical on the way',
    tickets: { computer: 'ACME-PC-005', what: databases },
    opened: 1,
    priority: 'High',
  },
  {
    say: 'A holiday shorter than the delay makes no ticket',
    tickets: { computer: 'CASCAD-NB-009', what: 'Not connected in a long time' },
    opened: 0,
  },
  {
    say: 'A laptop that is not seen for longer gets one',
    tickets: { computer: 'CASCAD-NB-011', what: 'Not connected in a long time' },
    opened: 1,
    closedByUs: 1,
  },
  {
    say: 'Nothing of a virtual server that does not answer closes or opens',
    tickets: { client: 'Delta Foods Ltd' },
    from: at(12, '08:05'),
    to: at(13, '08:05'),
    opened: 0,
    closedByUs: 0,
  },
  {
    say: 'Its computers are seen again',
    tickets: { computer: 'DELTA-PC-020', what: protection },
    opened: 1,
    closedByUs: 1,
  },
  {
    say: 'What was hidden is seen too',
    tickets: { computer: 'DELTA-PC-021', what: protection },
    opened: 1,
    closedByUs: 1,
  },
  {
    say: 'A reason that a Critical one hides keeps its ticket',
    tickets: { computer: 'ACME-SRV-003', what: 'Restart is required' },
    opened: 1,
    closedByUs: 1,
  },
  {
    say: 'It did not close while it was hidden',
    tickets: { computer: 'ACME-SRV-003', what: 'Restart is required' },
    to: at(14, '15:05'),
    closedByUs: 0,
  },
  { say: 'The ticket of a retired computer closes', tickets: { computer: 'BOREAL-PC-010' }, opened: 1, closedByUs: 1 },
  {
    say: 'The ticket of a computer that moved closes at its old client',
    tickets: { computer: 'CASCAD-PC-025', client: 'Cascade Freight BV', what: protection },
    opened: 1,
    closedByUs: 1,
  },
  {
    say: 'and opens at its new one',
    tickets: { computer: 'CASCAD-PC-025', client: 'Delta Foods Ltd', what: protection },
    opened: 1,
    closedByUs: 1,
  },
  {
    say: 'An attack that goes on makes one ticket',
    tickets: { computer: 'ACME-PC-004' },
    opened: 1,
    closedByPerson: 1,
  },
  { say: 'A new computer without protection gets a ticket', tickets: { computer: 'EMBER-NB-017' }, opened: 1 },
  {
    say: 'Databases at Cascade Freight go stale and recover',
    tickets: { client: 'Cascade Freight BV', what: databases },
    opened: 10,
    closedByUs: 10,
    open: 0,
  },
  { say: 'Autotask failed now and then', answers: { of: 'autotask', status: 500, count: { atLeast: 1 } } },
]
