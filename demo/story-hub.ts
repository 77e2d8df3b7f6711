import { seedWorld } from '../emulators/kaspersky-hub/seed.ts'
import { createWorld } from '../emulators/kaspersky-hub/world.ts'
import type { Illness } from './everyday.ts'
import { faults, order, scene, start, technician } from './story-cast.ts'
import type { Act, Expectation, Scene, StoryIntegration, StorySource } from './story-form.ts'

/** The month at the clients of the cloud products. Both send to the same hub, and each has rules of its own. */

const isar = 'Isar Architects GmbH'
const juniper = 'Juniper Accounting Ltd'
/** Mapped nowhere. */
const kestrel = 'Kestrel Books SARL'

export const hub: StorySource = {
  kind: 'kaspersky-hub',
  id: 'hub',
  name: 'Business Hub',
  clients: [isar, juniper, kestrel],
  devices: 24,
  seed: 3,
}

export const hubIntegration: StoryIntegration = {
  name: 'Cloud security · Autotask',
  source: hub.id,
  desk: 'autotask',
  companies: { [isar]: isar, [juniper]: juniper },
}

/** The clients and computers as the feeder will have them. */
const world = createWorld(() => new Date(start))
seedWorld(world, { devices: hub.devices, tenants: hub.clients, seed: hub.seed })
const companies = [...world.companies.values()]
const places = new Map(
  companies.flatMap(({ key: company, computers }) =>
    Object.values(computers).map(({ key: computer, name }) => [name, { company, computer }] as const),
  ),
)

/** Names of the computers whose clients have tickets. */
export const hubComputers: readonly string[] = companies
  .filter(({ name }) => name in hubIntegration.companies)
  .flatMap(({ computers }) => Object.values(computers).map(({ name }) => name))

/** A computer's status at a level. */
function setStatus(computer: string, status: string, level: 'ok' | 'warning' | 'critical'): Act {
  return order(hub.id, { act: 'setStatus', ...placeOf(computer), status, level })
}

function placeOf(computer: string): { company: string; computer: string } {
  const place = places.get(computer)
  if (place === undefined) throw new Error(`The hub has no computer “${computer}”.`)
  return place
}

function at(client: string, act: string, more: object): Act {
  const company = companies.find(({ name }) => name === client)?.key
  return order(hub.id, { act, company, ...more })
}

const mailboxes = 'm365-mailboxes-not-protected'
const licence = 'm365-license-issue'
const inMail = { product: 'microsoft-365' }
const [isarPc, isarOther, mended, unheard] = hubComputers as [string, string, string, string]

export const hubScenes: readonly Scene[] = [
  scene(
    2,
    '08:10',
    `${juniper}: Microsoft 365 cannot be reached, its mailboxes are not protected`,
    at(juniper, 'raise', { type: mailboxes }),
  ),
  scene(2, '08:40', `${kestrel}: the same (mapped nowhere: no ticket)`, at(kestrel, 'raise', { type: mailboxes })),
  scene(
    2,
    '10:10',
    `A technician takes the ticket of ${juniper}`,
    technician('take', { client: juniper, what: 'Mailboxes protection is not provided' }),
  ),
  scene(2, '13:10', `${juniper}: the mailboxes are protected again`, at(juniper, 'resolve', { type: mailboxes })),
  scene(3, '07:10', `${isar}: the licence of Microsoft 365 is about to expire`, at(isar, 'raise', { type: licence })),
  ...['09:10', '09:40', '11:10'].map((time) =>
    scene(
      4,
      time,
      `${isar}: malware in a mailbox`,
      at(isar, 'event', { ...inMail, type: 'm365-malware-detected', severity: 'critical' }),
    ),
  ),
  scene(
    4,
    '13:10',
    `${isar}: an attachment was filtered (its rule is off: no ticket)`,
    at(isar, 'event', { ...inMail, type: 'm365-attachment-filtered', severity: 'warning' }),
  ),
  scene(6, '07:10', `${isar}: the licence is told of once more`, at(isar, 'raise', { type: licence })),
  scene(
    6,
    '15:10',
    `A technician has dealt with the malware at ${isar}`,
    technician('close', { client: isar, what: 'Malware detected in a mailbox' }, 'The message was deleted.'),
  ),
  scene(8, '10:10', `${isar}: the licence is renewed`, at(isar, 'resolve', { type: licence })),
  scene(
    9,
    '08:10',
    `${isarPc}: somebody switches the protection off`,
    setStatus(isarPc, 'protection-disabled', 'critical'),
  ),
  scene(9, '12:10', `${isarPc}: the protection is on again`, setStatus(isarPc, 'protection-disabled', 'ok')),
  scene(
    12,
    '09:10',
    `${isarOther}: a malicious object is found`,
    at(isar, 'event', {
      ...{ product: 'endpoint-security-cloud', type: 'GNRL_EV_VIRUS_FOUND', name: 'Malicious object detected' },
      ...{ severity: 'critical', computer: placeOf(isarOther).computer },
    }),
  ),
  scene(
    12,
    '15:10',
    `A technician has scanned ${isarOther}`,
    technician('close', { computer: isarOther, what: 'Malicious object detected' }, 'Cleaned and scanned.'),
  ),
  scene(15, '08:10', `${mended}: the databases are old`, setStatus(mended, 'databases-outdated', 'critical')),
  scene(15, '09:10', 'The own line is down: nobody hears of the cloud', faults(hub.id, { silent: true })),
  scene(15, '10:10', `${mended}: they are new, and nobody hears of it`, setStatus(mended, 'databases-outdated', 'ok')),
  scene(
    15,
    '10:40',
    `${unheard}: protection off, and nobody hears of it`,
    setStatus(unheard, 'protection-disabled', 'critical'),
  ),
  scene(15, '15:10', 'The line is up again', faults(hub.id, {})),
  scene(15, '17:10', `${unheard}: on`, setStatus(unheard, 'protection-disabled', 'ok')),
  scene(
    20,
    '08:10',
    `${isarOther}: no protection any more`,
    setStatus(isarOther, 'application-not-installed', 'critical'),
  ),
  scene(
    20,
    '14:10',
    `${isarOther} is retired and removed`,
    order(hub.id, { act: 'removeComputer', ...placeOf(isarOther) }),
  ),
  scene(21, '09:10', `${kestrel}: the mailboxes are protected again`, at(kestrel, 'resolve', { type: mailboxes })),
]

export const hubExpectations: readonly Expectation[] = [
  {
    say: 'Mailboxes that are protected again close their ticket, also one that a technician took',
    tickets: { client: juniper, what: 'Mailboxes protection is not provided' },
    opened: 1,
    closedByUs: 1,
    from: { day: 2, time: '08:10' },
    to: { day: 2, time: '15:10' },
  },
  {
    say: 'A licence that is told of twice has one ticket, and its renewal closes it',
    tickets: { client: isar, what: 'License-related issue occurred' },
    opened: 1,
    closedByUs: 1,
    to: { day: 8, time: '12:10' },
  },
  {
    say: 'Malware in a mailbox has one ticket, and only a person closes it',
    tickets: { client: isar, what: 'Malware detected in a mailbox' },
    opened: 1,
    closedByPerson: 1,
    closedByUs: 0,
  },
  {
    say: 'What is switched off for Microsoft 365 alone gets no ticket',
    tickets: { what: 'Attachment filtered' },
    opened: 0,
  },
  {
    say: 'A status of a computer in the cloud opens and closes its ticket',
    tickets: { computer: isarPc, what: 'Real-time protection is disabled' },
    opened: 1,
    closedByUs: 1,
  },
  {
    say: 'An event of a computer in the cloud comes by syslog, and a person closes its ticket',
    tickets: { computer: isarOther, what: 'Malicious object detected' },
    opened: 1,
    closedByPerson: 1,
    closedByUs: 0,
  },
  {
    say: 'While nobody hears of the cloud nothing closes',
    tickets: { computer: mended, what: 'Databases have not been updated in a long time' },
    from: { day: 15, time: '09:10' },
    to: { day: 15, time: '15:10' },
    closedByUs: 0,
  },
  {
    say: 'What is told late opens and closes late',
    tickets: { computer: unheard, what: 'Real-time protection is disabled' },
    from: { day: 15, time: '15:10' },
    to: { day: 15, time: '20:10' },
    opened: 1,
    closedByUs: 1,
  },
  {
    say: 'A computer that is removed in the cloud leaves no ticket open',
    tickets: { computer: isarOther, what: 'Security application is not installed' },
    opened: 1,
    closedByUs: 1,
  },
  { say: 'A client of the hub that is mapped nowhere gets no ticket', tickets: { client: kestrel }, opened: 0 },
]

/** The small troubles of every day there. */
export const hubIllnesses: readonly Illness[] = [
  illness('the protection is switched off', 'protection-disabled', 'critical', [1, 9]),
  illness('the databases are old', 'databases-outdated', 'warning', [4, 40]),
  illness('the security application is gone', 'application-not-installed', 'critical', [3, 30]),
]

function illness(say: string, status: string, level: 'warning' | 'critical', hours: Illness['hours']): Illness {
  return {
    ...{ say, hours },
    begin: (computer) => setStatus(computer, status, level),
    end: (computer) => setStatus(computer, status, 'ok'),
  }
}
