import { expect } from 'vitest'
import { ConnectorError } from '../../src/connectors/failure.ts'
import { createHttpClient } from '../../src/connectors/http-client.ts'
import type { EventPage, SourceConnector, SourceContext } from '../../src/connectors/source.ts'
import type { ComputerSeen, EventSeen, TenantSeen } from '../../src/core/observation.ts'
import { recordingLog } from '../support/recording-log.ts'
import type { Expected, SourceSubject, SourceWorld } from './source-world.ts'

export type PolledComputers = {
  readonly computers: readonly ComputerSeen[]
  readonly complete: readonly string[]
  readonly failed: readonly { readonly tenantKey: string; readonly message: string }[]
}

/** A world with a connector at it, over a real client; keeps everything that was said. */
export type SourceBench<Settings> = {
  readonly connector: SourceConnector<Settings>
  readonly world: SourceWorld<Settings>
  context(settings?: Settings): SourceContext<Settings>
  /** Lists tenants, then all their computers. `onPage` runs after each page, with its number. */
  poll(onPage?: (page: number) => Promise<void> | void): Promise<PolledComputers>
  /** Polls and expects a failure before any end. */
  failPoll(onPage?: (page: number) => Promise<void> | void): Promise<ConnectorError>
  events(cursor: string, settings?: Settings): Promise<{ events: readonly EventSeen[]; cursor: string }>
  /** Everything that errors and log lines said so far. */
  said(): string
  warnings(): readonly string[]
  forget(): void
  stop(): Promise<void>
}

export async function createSourceBench<Settings>({
  connector,
  startWorld,
}: SourceSubject<Settings>): Promise<SourceBench<Settings>> {
  const world = await startWorld()
  let log = recordingLog()
  let errors: string[] = []
  const closing: (() => Promise<void>)[] = []

  function context(settings = world.settings): SourceContext<Settings> {
    const { signal } = new AbortController()
    const gate = { acquire: () => Promise.resolve(() => undefined) }
    const http = createHttpClient({ ...connector.reach(settings), maxReplyBytes: 64 << 20, gate, log, signal })
    closing.push(() => http.close())
    return { settings, http, log, now: () => world.now(), signal }
  }

  async function noted<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      errors.push(error instanceof Error ? `${error.message}\n${error.stack}\n${JSON.stringify(error)}` : String(error))
      throw error
    }
  }

  async function collect(
    tenants: readonly TenantSeen[],
    onPage: (page: number) => Promise<void> | void,
  ): Promise<PolledComputers> {
    const computers: ComputerSeen[] = []
    let end: PolledComputers | null = null
    let number = 0
    for await (const page of connector.pollComputers(context(), tenants)) {
      expect(end, 'nothing may follow the end').toBeNull()
      if (page.kind === 'end') end = { computers, complete: page.complete, failed: page.failed }
      else {
        computers.push(...page.computers)
        number += 1
        await onPage(number)
      }
    }
    if (end === null) throw new Error('the poll came to no end')
    return end
  }

  async function poll(onPage: (page: number) => Promise<void> | void = () => undefined): Promise<PolledComputers> {
    const tenants = await connector.listTenants(context())
    return noted(collect(tenants, onPage))
  }

  return {
    connector,
    world,
    context,
    poll,
    failPoll: (onPage) => failureOf(poll(onPage)),
    async events(cursor, settings) {
      const pages: EventPage[] = await noted(toArray(connector.pollEvents(context(settings), cursor)))
      return { events: pages.flatMap(({ events }) => events), cursor: pages.at(-1)?.cursor ?? cursor }
    },
    said: () => [...errors, log.text()].join('\n'),
    warnings: () => log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message),
    forget() {
      errors = []
      log = recordingLog()
    },
    async stop() {
      await Promise.all(closing.map((close) => close()))
      await world.stop()
    },
  }
}

/** The failure of a promise that must fail; anything but a `ConnectorError` is a fault of the connector. */
export async function failureOf(work: Promise<unknown>): Promise<ConnectorError> {
  const thrown: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(ConnectorError)
  return thrown as ConnectorError
}

export function expectFailure(failure: ConnectorError, expected: Expected): void {
  expect({ kind: failure.kind, reason: failure.reason, message: failure.message }).toEqual({
    kind: expected.kind,
    reason: expected.reason,
    message: expect.stringMatching(expected.message),
  })
}

/** Computers in a form that does not depend on the order of pages. */
export function byKey(computers: readonly ComputerSeen[]): readonly ComputerSeen[] {
  return computers.toSorted((a, b) => (a.computerKey < b.computerKey ? -1 : 1))
}

/** All pages of a poll. */
export async function toArray<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const page of pages) all.push(page)
  return all
}
