// The acts of `POST /_emulator/act`: what happens at the clients, and the orders to tell it.
import { z } from 'zod'
import type { EmulatorOrder } from '../kit/definition.ts'
import { checkInput, EmulatorInputError } from '../kit/input.ts'
import { connect } from './connect.ts'
import { type Channel, named, type Outbox, toChange, toList } from './outbox.ts'
import type { Company, Computer, World } from './world.ts'

/** What acts work on. `channels` holds those that were connected, by name. */
export type Feeder = { world: World; outbox: Outbox; channels: Map<Channel['name'], Channel> }

type Act = (feeder: Feeder, order: EmulatorOrder) => unknown

const key = z.string().min(1)
const name = z.enum(['http', 'syslog', 'mail'])
const product = z.enum(['endpoint-security-cloud', 'microsoft-365'])
/** The events that have an end (kaspersky-msp-product.md 3). */
const lasting = z.enum(['m365-mailboxes-not-protected', 'm365-license-issue'])
const severity = z.enum(['critical', 'functional-failure', 'warning'])

/** Makes an act of a schema and what it does. */
function act<S extends z.ZodRawShape>(
  what: string,
  shape: S,
  run: (feeder: Feeder, order: z.output<z.ZodObject<S>>) => unknown,
): Act {
  const schema = z.strictObject({ act: z.literal(what), ...shape })
  return (feeder, order) => run(feeder, checkInput(schema, order, `act ${what}`) as z.output<z.ZodObject<S>>)
}

const acts: Record<string, Act> = {
  addCompany: act('addCompany', { key, name: z.string() }, ({ world }, order) => {
    if (world.companies.has(order.key)) throw new EmulatorInputError(`there is a company ${order.key} already`)
    world.companies.set(order.key, { key: order.key, name: order.name, computers: {}, mailboxes: 0, raised: {} })
    world.record(order.key, { kind: 'company-added' })
    return {}
  }),
  removeCompany: act('removeCompany', { company: key }, ({ world }, order) => {
    find(world, order.company)
    world.companies.delete(order.company)
    world.record(order.company, { kind: 'company-removed' })
    return {}
  }),
  addComputer: act('addComputer', { company: key, key, name: z.string() }, ({ world, outbox }, order) => {
    const company = find(world, order.company)
    if (order.key in company.computers) {
      throw new EmulatorInputError(`${company.key} has a computer ${order.key} already: remove it first`)
    }
    const computer: Computer = { key: order.key, name: order.name, statuses: {} }
    company.computers[order.key] = computer
    world.record(company.key, { kind: 'computer-added', computer: order.key, name: order.name })
    outbox.add(toChange(world, company, computer))
    return {}
  }),
  removeComputer: act('removeComputer', { company: key, computer: key }, ({ world, outbox }, order) => {
    const company = find(world, order.company)
    const { name: called, statuses } = findComputer(company, order.computer)
    delete company.computers[order.computer]
    const place = { computer: order.computer, name: called }
    for (const [status, { level }] of Object.entries(statuses)) {
      world.record(company.key, { kind: 'status-end', ...place, status, level })
    }
    world.record(company.key, { kind: 'computer-removed', ...place })
    const sequence = world.nextSequence()
    outbox.add({ kind: 'removal', company: named(company), sequence, ...place })
    return {}
  }),
  setStatus: act(
    'setStatus',
    {
      company: key,
      computer: key,
      status: key,
      level: z.enum(['ok', 'warning', 'critical']),
      text: z.string().default(''),
    },
    ({ world, outbox }, { level, status, text, ...order }) => {
      const company = find(world, order.company)
      const computer = findComputer(company, order.computer)
      const before = computer.statuses[status]
      const place = { computer: computer.key, name: computer.name, status }
      if (level === 'ok') {
        delete computer.statuses[status]
        if (before !== undefined) world.record(company.key, { kind: 'status-end', ...place, level: before.level })
      } else {
        computer.statuses[status] = { level, text }
        if (before === undefined) world.record(company.key, { kind: 'status-begin', ...place, level })
        else if (before.level !== level) {
          world.record(company.key, { kind: 'status-level', ...place, level, from: before.level })
        }
      }
      outbox.add(toChange(world, company, computer))
      return {}
    },
  ),
  event: act(
    'event',
    {
      company: key,
      product,
      type: key,
      name: z.string().default(''),
      severity,
      computer: key.optional(),
      text: z.string().default(''),
      count: z.int().min(1).max(1_000_000).default(1),
      happenedAt: z.iso.datetime().optional(),
    },
    ({ world, outbox }, { count, ...order }) => {
      const company = find(world, order.company)
      const computer = order.computer === undefined ? undefined : findComputer(company, order.computer)
      const happenedAt = order.happenedAt ?? world.now().toISOString()
      const { product: of, type, name: words, severity: grade, text } = order
      const ids = Array.from({ length: count }, () => {
        const id = world.nextEventId()
        const place = { computer: computer?.key ?? '', computerName: computer?.name ?? '' }
        world.record(company.key, { kind: 'event', id, product: of, type, name: words, severity: grade, ...place })
        const about = computer === undefined ? {} : { computer: named(computer) }
        const event = { id, product: of, type, name: words, severity: grade, text, happenedAt }
        outbox.add({ kind: 'event', company: named(company), ...event, ...about })
        return id
      })
      return { ids: ids.slice(0, 1_000) }
    },
  ),
  raise: act('raise', { company: key, type: lasting, text: z.string().default('') }, (feeder, order) =>
    tellLasting(feeder, order.company, order.type, 'raised', order.text),
  ),
  resolve: act('resolve', { company: key, type: lasting }, (feeder, order) =>
    tellLasting(feeder, order.company, order.type, 'resolved', ''),
  ),
  setMailboxes: act('setMailboxes', { company: key, count: z.int().min(0) }, ({ world, outbox }, order) => {
    const company = find(world, order.company)
    company.mailboxes = order.count
    world.record(company.key, { kind: 'mailboxes', count: order.count })
    const countedAt = world.now().toISOString()
    outbox.add({ kind: 'mailboxes', company: named(company), count: order.count, countedAt })
    return {}
  }),
  connect({ channels, world }, order) {
    const channel = connect(order, () => world.now())
    const before = channels.get(channel.name)
    channels.set(channel.name, channel)
    return before?.close().then(() => ({})) ?? {}
  },
  /** Puts complete lists of one company, or of all, into the outbox. */
  list: act('list', { company: key.optional() }, ({ world, outbox }, order) => {
    const companies = order.company === undefined ? [...world.companies.values()] : [find(world, order.company)]
    for (const company of companies) outbox.add(toList(world, company))
    return { lists: companies.length }
  }),
  /** Forgets what was not told: as a sender that was off and knows only how it is now. */
  forget: act('forget', {}, ({ outbox }) => {
    const forgotten = outbox.waiting().length
    outbox.clear()
    return { forgotten }
  }),
  flush: act(
    'flush',
    {
      channel: name.default('http'),
      again: z.int().min(0).default(0),
      reversed: z.boolean().default(false),
      twice: z.boolean().default(false),
    },
    ({ channels, outbox }, { channel: by, ...how }) => {
      const channel = channels.get(by)
      if (channel === undefined) throw new EmulatorInputError(`nothing is connected by ${by}: act connect first`)
      return outbox.flush(channel, how)
    },
  ),
}

/** Does one act (`clock` is the kit's). Throws `EmulatorInputError` for a bad or unknown one. */
export function doAct(feeder: Feeder, order: EmulatorOrder): unknown {
  const found = acts[order.act]
  if (found !== undefined) return found(feeder, order)
  throw new EmulatorInputError(`unknown act "${order.act}"; there are ${[...Object.keys(acts), 'clock'].join(', ')}`)
}

function tellLasting(
  { world, outbox }: Feeder,
  companyKey: string,
  type: string,
  state: 'raised' | 'resolved',
  text: string,
): object {
  const company = find(world, companyKey)
  const id = world.nextEventId()
  const happenedAt = world.now().toISOString()
  if (state === 'raised') company.raised[type] = happenedAt
  else delete company.raised[type]
  world.record(company.key, { kind: state, id, product: 'microsoft-365', type })
  const event = { id, product: 'microsoft-365', type, name: '', severity: 'critical', state, text, happenedAt } as const
  outbox.add({ kind: 'event', company: named(company), ...event })
  return { id }
}

function find(world: World, companyKey: string): Company {
  const company = world.companies.get(companyKey)
  if (company !== undefined) return company
  throw new EmulatorInputError(`there is no company ${companyKey}; there are ${[...world.companies.keys()].join(', ')}`)
}

function findComputer(company: Company, computerKey: string): Computer {
  const computer = company.computers[computerKey]
  if (computer !== undefined) return computer
  throw new EmulatorInputError(`${company.key} has no computer ${computerKey}`)
}
