import { createServer } from 'node:http'

/**
 * The sink of the benchmarks, in a process of its own: a ticket desk that answers after `latencyMs`, allows
 * `perSecond` requests a second (0 = any number; more get 429 with Retry-After) and counts what it was sent.
 */

type Ticket = { id: string; reference: string; state: 'open' | 'closed' }

const [latencyMs = 0, perSecond = 0] = process.argv.slice(2).map(Number)
const tickets = new Map<string, Ticket>()
const openByReference = new Map<string, number>()
const counts = { requests: 0, refused: 0, opened: 0, closed: 0, duplicates: 0, maxInFlight: 0 }
let inFlight = 0
let windowStart = 0
let inWindow = 0

function allowed(): boolean {
  if (perSecond === 0) return true
  const second = Math.floor(Date.now() / 1_000)
  if (second !== windowStart) {
    windowStart = second
    inWindow = 0
  }
  inWindow += 1
  return inWindow <= perSecond
}

function answer(method: string, path: string, body: string): [number, unknown] {
  if (method === 'POST' && path === '/reset') {
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) counts[key] = 0
    tickets.clear()
    openByReference.clear()
    return [200, {}]
  }
  counts.requests += 1
  if (!allowed()) {
    counts.refused += 1
    return [429, {}]
  }
  if (method === 'POST' && path === '/tickets') {
    const { reference } = JSON.parse(body) as { reference: string }
    const id = String(tickets.size + 1)
    tickets.set(id, { id, reference, state: 'open' })
    const open = (openByReference.get(reference) ?? 0) + 1
    openByReference.set(reference, open)
    counts.opened += 1
    if (open > 1) counts.duplicates += 1
    return [200, { id }]
  }
  const close = /^\/tickets\/(\d+)\/close$/.exec(path)
  const ticket = tickets.get(close?.[1] ?? '')
  if (method === 'POST' && ticket !== undefined) {
    const wasOpen = ticket.state === 'open'
    if (wasOpen) {
      ticket.state = 'closed'
      counts.closed += 1
      openByReference.set(ticket.reference, (openByReference.get(ticket.reference) ?? 1) - 1)
    }
    return [200, { ...ticket, wasOpen }]
  }
  if (method === 'GET' && path.startsWith('/tickets?reference=')) {
    const reference = decodeURIComponent(path.slice('/tickets?reference='.length))
    return [200, [...tickets.values()].filter((found) => found.reference === reference)]
  }
  return [404, {}]
}

const server = createServer((request, response) => {
  if (request.url === '/stats') {
    response.end(JSON.stringify({ ...counts, open: counts.opened - counts.closed }))
    return
  }
  inFlight += 1
  counts.maxInFlight = Math.max(counts.maxInFlight, inFlight)
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const reply = (): void => {
      const [status, body] = answer(request.method ?? '', request.url ?? '', Buffer.concat(chunks).toString())
      inFlight -= 1
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(status === 429 ? { 'retry-after': '1' } : {}),
      })
      response.end(JSON.stringify(body))
    }
    if (latencyMs === 0) reply()
    else setTimeout(reply, latencyMs)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`)
})
