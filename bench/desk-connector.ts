import { z } from 'zod'
import { ConnectorError } from '../src/connectors/failure.ts'
import type { PsaConnector, PsaContext } from '../src/connectors/psa.ts'
import type { TicketSeen } from '../src/core/ticket.ts'

/** The connector of the benchmarks' desk: the least that a desk can be, so that the reconciler is what is measured. */

const Settings = z.object({ url: z.string(), threads: z.number().int(), perHour: z.number().int() })
type Settings = z.infer<typeof Settings>

const Ticket = z.object({ id: z.string(), reference: z.string(), state: z.enum(['open', 'closed']) })
const Tickets = z.array(Ticket)
const Created = z.object({ id: z.string() })
const Closed = Ticket.extend({ wasOpen: z.boolean() })

async function call(
  context: PsaContext<Settings>,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<unknown> {
  const { settings, http } = context
  const reply = await http.request({
    method,
    url: `${settings.url}${path}`,
    endpoint: 'tickets',
    ...(body ? { body } : {}),
  })
  if (reply.status === 429) {
    const until = new Date(context.now().getTime() + 1_000 * Number(reply.headers['retry-after'] ?? 1))
    throw new ConnectorError('limited', 'rate-limited', 'The desk asks to wait.', { until })
  }
  if (reply.status !== 200) throw new ConnectorError('later', 'server-error', `The desk answered ${reply.status}.`)
  return reply.json()
}

function seen({ id, reference, state }: z.infer<typeof Ticket>): TicketSeen {
  return { ticketId: id, number: id, reference, accountId: '', state, changedAt: null, fields: {} }
}

export const benchDesk: PsaConnector<Settings> = {
  id: 'bench-desk',
  name: 'Benchmark desk',
  terms: { ticket: 'Ticket', tickets: 'Tickets', account: 'Account', accounts: 'Accounts', ticketing: 'Ticketing' },
  settings: Settings,
  generalFields: [],
  ruleFields: [],
  facts: ({ threads, perHour }) => ({
    maxTitle: 255,
    maxDescription: 8_000,
    maxNote: 8_000,
    maxReference: 50,
    threadsPerEndpoint: threads,
    requestsPerHour: perHour,
    searchLagMs: 0,
    callTimeoutMs: 10_000,
    longestCallMs: 10_000,
    changesEverySeconds: 3_600,
    ticketLink: () => '',
  }),
  reach: () => ({ trust: { by: 'system' }, proxy: null, timeoutMs: 10_000, secrets: [], hosts: [] }),
  check: () => Promise.resolve({ facts: [], problems: [] }),
  listAccounts: () => Promise.resolve([]),
  readOptions: () => Promise.resolve({ choices: {}, extra: {} }),
  ruleProblems: () => [],
  async find(context, reference) {
    const reply = await call(context, 'GET', `/tickets?reference=${encodeURIComponent(reference)}`)
    const found = Tickets.parse(reply)
    return found.map(seen)
  },
  async create(context, { reference, title, description, fields }) {
    const body = { reference, title, description, fields }
    const { id } = Created.parse(await call(context, 'POST', '/tickets', body))
    return { ticketId: id, number: id }
  },
  read: () => Promise.reject(new ConnectorError('gone', 'deleted', 'The benchmark desk reads no single ticket.')),
  note: () => Promise.resolve(),
  hasNote: () => Promise.resolve(true),
  update: () => Promise.resolve(),
  async close(context, ticketId, { resolution }) {
    const reply = await call(context, 'POST', `/tickets/${ticketId}/close`, { resolution })
    const { wasOpen, ...ticket } = Closed.parse(reply)
    return { seen: seen(ticket), wasOpen }
  },
  hasResolution: () => Promise.resolve(false),
  async *openedAfter() {
    yield await Promise.resolve([])
  },
  async *changedSince() {
    yield await Promise.resolve([])
  },
}
