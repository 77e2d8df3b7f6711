import type { Random } from '../emulators/kit/random.ts'
import type { Ground } from './ground.ts'
import type { PeopleAct } from './life-acts.ts'

/** What people do beside the machines: technicians at the desks, administrators in Tocsin. Pure. */

const minute = 60_000

const technicians = [
  'take',
  'take',
  'priority',
  'priority',
  'board',
  'note',
  'note',
  'close',
  'close',
  'reopen',
  'reopen',
  'delete',
] as const

/** Rows whose rule comes and goes; the others stand from the first day. */
const rows = {
  warning: [
    'Databases are outdated',
    'Restart is required',
    'Invalid encryption status',
    'Device is out of disk space',
  ],
  critical: ['Databases are outdated', 'Protection is disabled', 'Too many viruses detected'],
  severity: ['Functional failure', 'Warning'],
} as const

/** One thing that somebody does at `at`, with what belongs to it later. */
export function peopleAct(ground: Ground, random: Random, at: number): PeopleAct[] {
  const desks = [...new Set(ground.pairings.map(({ desk }) => desk))]
  const draw = random.next()
  if (draw < 0.7) {
    const desk = random.pick(desks)
    const act = { kind: 'technician' as const, at, desk, pick: random.next() }
    if (desk === 'tigerpaw' && random.chance(0.2)) {
      const until = at + random.int(2, 12) * minute
      return [
        { ...act, does: 'lock' },
        { ...act, does: 'unlock', at: until },
        { kind: 'retry-stuck', at: until + minute, desk },
      ]
    }
    return [{ ...act, does: random.pick(technicians) }]
  }
  if (draw < 0.85) return [ruleAct(ground, random, at)]
  if (draw < 0.95) return mappingActs(ground, random, at)
  const pairing = random.pick(ground.pairings).name
  return [
    { kind: 'pause', at, pairing, minutes: 240 },
    { kind: 'pause', at: at + random.int(5, 20) * minute, pairing, minutes: 0 },
  ]
}

function ruleAct(ground: Ground, random: Random, at: number): PeopleAct {
  const section = random.pick(['warning', 'warning', 'critical', 'critical', 'severity'] as const)
  return {
    kind: 'rule',
    at,
    pairing: random.pick(ground.pairings).name,
    section,
    row: random.pick(rows[section]),
    enabled: random.chance(0.7),
    delayMinutes: random.chance(0.5) ? 0 : random.int(3, 20),
    urgent: random.chance(0.4),
  }
}

/** A mapping that ends and comes back, or moves to another company. */
function mappingActs(ground: Ground, random: Random, at: number): PeopleAct[] {
  const { name: client } = random.pick(ground.clients.filter(({ desk }) => desk !== null))
  const later = at + random.int(5, 25) * minute
  if (random.chance(0.5)) return [{ kind: 'mapping', at, client, to: random.pick(['annex', 'main'] as const) }]
  return [
    { kind: 'mapping', at, client, to: 'none' },
    { kind: 'mapping', at: later, client, to: random.pick(['annex', 'main'] as const) },
  ]
}
