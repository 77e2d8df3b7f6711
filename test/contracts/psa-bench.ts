import { ConnectorError } from '../../src/connectors/failure.ts'
import type { Gate } from '../../src/connectors/http.ts'
import { createHttpClient } from '../../src/connectors/http-client.ts'
import type { PsaConnector, PsaContext, PsaOptions } from '../../src/connectors/psa.ts'
import type { TicketDraft } from '../../src/core/ticket.ts'
import { referencePrefix } from '../../src/lib/ids.ts'
import { type Interceptor, startInterceptor } from '../support/interceptor.ts'
import { recordingLog } from '../support/recording-log.ts'
import type { PsaSubject, PsaWorld } from './psa-world.ts'

/** A world with a connector at work in it, and everything it said. */
export type Bench<Settings> = {
  readonly connector: PsaConnector<Settings>
  readonly world: PsaWorld<Settings>
  readonly interceptor: Interceptor
  /** Goes through the interceptor, with right settings and options that were read. */
  readonly context: PsaContext<Settings>
  /** All that was logged and all failures, as text. */
  said(): string
  /** Another context, for other settings or a short time-out; closed with the bench. */
  contextFor(settings: Settings, options?: { timeoutMs?: number; gate?: Gate }): PsaContext<Settings>
  /** A draft with a reference of its own. */
  draft(change?: Partial<TicketDraft>): TicketDraft
  /** Runs a call that must fail and gives its failure. */
  failureOf(call: () => Promise<unknown>): Promise<ConnectorError>
  stop(): Promise<void>
}

const noOptions: PsaOptions = { choices: {}, extra: {} }

export async function createBench<Settings>({ connector, startWorld }: PsaSubject<Settings>): Promise<Bench<Settings>> {
  const world = await startWorld()
  const interceptor = await startInterceptor(world.origin, world.certificate)
  const failures: string[] = []
  const stopped = new AbortController()
  const clients: { close(): Promise<void> }[] = []
  let drafts = 0
  let options = noOptions

  const log = recordingLog()
  function contextFor(settings: Settings, change: { timeoutMs?: number; gate?: Gate } = {}): PsaContext<Settings> {
    const reach = connector.reach(settings)
    const gate = change.gate ?? semaphoreGate(connector.facts(settings).threadsPerEndpoint)
    const timeoutMs = change.timeoutMs ?? reach.timeoutMs
    const { signal } = stopped
    const http = createHttpClient({ ...reach, timeoutMs, gate, maxReplyBytes: 64 * 1024 * 1024, log, signal })
    clients.push(http)
    const now = () => world.now()
    return { settings, http, log, now, signal, options, generals: [world.general] }
  }

  const first = contextFor(world.settings(interceptor.origin))
  options = await connector.readOptions(first)
  const context = { ...first, options }
  interceptor.reset()
  return {
    connector,
    world,
    interceptor,
    context,
    said: () => `${log.text()}\n${failures.join('\n')}`,
    contextFor,
    draft(change = {}) {
      drafts += 1
      return {
        reference: `${referencePrefix}contract${String(drafts).padStart(4, '0')}`,
        accountId: world.accounts[0],
        title: `Critical: databases are outdated on PC-${drafts}`,
        description: 'What is wrong and since when.',
        general: world.general,
        fields: world.rule,
        at: world.now(),
        ...change,
      }
    },
    async failureOf(call) {
      try {
        await call()
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error
        failures.push(error.message, String(error.cause ?? ''), error.stack ?? '')
        return error
      }
      throw new Error('The call succeeded, but had to fail.')
    },
    async stop() {
      stopped.abort()
      for (const client of clients) await client.close()
      await interceptor.stop()
      await world.stop()
    },
  }
}

/** Lets `most` calls of one endpoint go at once; the empty endpoint and a limit of 0 are free. */
export function semaphoreGate(most: number): Gate {
  const busy = new Map<string, number>()
  const waiting = new Map<string, (() => void)[]>()
  return {
    async acquire(endpoint) {
      if (most === 0 || endpoint === '') return () => undefined
      const count = busy.get(endpoint) ?? 0
      if (count < most) {
        busy.set(endpoint, count + 1)
      } else {
        // The one who leaves hands its place over, so the count stays.
        const queue = waiting.get(endpoint) ?? []
        waiting.set(endpoint, queue)
        await new Promise<void>((resolve) => queue.push(resolve))
      }
      let released = false
      return () => {
        if (released) return
        released = true
        const next = waiting.get(endpoint)?.shift()
        if (next !== undefined) return next()
        busy.set(endpoint, (busy.get(endpoint) ?? 1) - 1)
      }
    },
  }
}
