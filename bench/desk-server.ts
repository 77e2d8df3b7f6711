import { createServer } from 'node:http'
import { createLedger } from './desk-ledger.ts'

/**
 * The sink of the benchmarks, in a process of its own: a ticket desk that answers after `latencyMs`, allows
 * `perSecond` requests a second (0 = any number; more get 429 with Retry-After), refuses everything with 503 while told
 * to, and counts what it was sent. `/webhook` takes Alertmanager's notifications, as an adapter in front of a desk would:
 * one that repeats what is known already changes nothing.
 */

export type DeskMode = { readonly latencyMs: number; readonly perSecond: number; readonly refuses: boolean }

export type DeskStats = ReturnType<ReturnType<typeof createLedger>['counts']> & {
  requests: number
  refused: number
  maxInFlight: number
  /** Moment of the first ticket whose title says that it is urgent, in ms since 1970; 0 = none yet. */
  urgentAt: number
}

type Answer = readonly [status: number, body: unknown]

const [latencyMs = 0, perSecond = 0] = process.argv.slice(2).map(Number)
let mode: DeskMode = { latencyMs, perSecond, refuses: false }
const ledger = createLedger(() => Date.now())
const counts = { requests: 0, refused: 0, maxInFlight: 0, urgentAt: 0 }
let inFlight = 0
let windowStart = 0
let inWindow = 0

function allowed(): boolean {
  if (mode.perSecond === 0) return true
  const second = Math.floor(Date.now() / 1_000)
  if (second !== windowStart) {
    windowStart = second
    inWindow = 0
  }
  inWindow += 1
  return inWindow <= mode.perSecond
}

function answer(method: string, path: string, body: string): Answer {
  counts.requests += 1
  if (mode.refuses || !allowed()) {
    counts.refused += 1
    // Alertmanager tries again at once after 5xx only, so that is what an adapter in front of a desk answers.
    return [mode.refuses || path === '/webhook' ? 503 : 429, {}]
  }
  if (method === 'POST' && path === '/tickets') {
    const { reference, title = '' } = JSON.parse(body) as { reference: string; title?: string }
    return [200, { id: open(reference, title).id }]
  }
  const closing = ledger.get(/^\/tickets\/(\d+)\/close$/.exec(path)?.[1] ?? '')
  if (method === 'POST' && closing !== undefined) {
    const wasOpen = ledger.close(closing)
    return [200, { ...closing, wasOpen }]
  }
  if (method === 'GET' && path.startsWith('/tickets?reference=')) {
    return [200, ledger.find(decodeURIComponent(path.slice('/tickets?reference='.length)))]
  }
  if (method === 'POST' && path === '/webhook') return [200, notified(body)]
  return [404, {}]
}

function open(reference: string, title: string): { id: string } {
  if (counts.urgentAt === 0 && title.includes('URGENT')) counts.urgentAt = Date.now()
  return ledger.open(reference)
}

type Notification = { alerts: { status: 'firing' | 'resolved'; labels: { alertname: string; reference: string } }[] }

function notified(body: string): unknown {
  for (const { status, labels } of (JSON.parse(body) as Notification).alerts) {
    const ticket = ledger.find(labels.reference).find(({ state }) => state === 'open')
    if (status === 'firing' && ticket === undefined) open(labels.reference, labels.alertname)
    if (status === 'resolved' && ticket !== undefined) ledger.close(ticket)
  }
  return {}
}

const server = createServer((request, response) => {
  const { method = '', url = '' } = request
  if (url === '/stats') {
    const stats: DeskStats = { ...counts, ...ledger.counts() }
    response.end(JSON.stringify(stats))
    return
  }
  const control = url === '/mode'
  let answered = control
  const leave = (): void => {
    if (!answered) inFlight -= 1
    answered = true
  }
  if (!control) {
    inFlight += 1
    counts.maxInFlight = Math.max(counts.maxInFlight, inFlight)
    // Whoever sent it may be killed meanwhile.
    response.once('close', leave)
  }
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString()
    if (control) {
      mode = JSON.parse(body) as DeskMode
      response.end('{}')
      return
    }
    const reply = (): void => {
      const [status, value] = answer(method, url, body)
      leave()
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(status === 429 ? { 'retry-after': '1' } : {}),
      })
      response.end(JSON.stringify(value))
    }
    if (mode.latencyMs === 0) reply()
    else setTimeout(reply, mode.latencyMs)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`)
})
