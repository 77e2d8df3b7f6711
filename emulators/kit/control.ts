// The routes under /_emulator/ and the same orders for tests in this process: one set of functions for both.
import { z } from 'zod'
import type { EmulatorClock } from './clock.ts'
import type { EmulatorDefinition, EmulatorOrder, TicketStats } from './definition.ts'
import type { Faults } from './faults.ts'
import { checkInput, EmulatorInputError } from './input.ts'
import type { Journal, JournalEntry, JournalStats } from './journal.ts'

/** `GET /_emulator/stats`. `handlerErrors` counts bugs of the emulator itself and should stay 0. */
export type EmulatorStats = JournalStats & { tickets: TicketStats; handlerErrors: number }

/** Drives an emulator from inside the process; each function is one control route. */
export type EmulatorControl = {
  /** `PUT /_emulator/faults`; `{}` ends all faults. */
  setFaults(settings: unknown): void
  stats(): EmulatorStats
  journalEntries(since?: number): JournalEntry[]
  getState(query?: Record<string, string>): unknown
  putState(state: unknown): Promise<void>
  /** `POST /_emulator/act`. Throws `EmulatorInputError` for a bad one. */
  act(order: unknown): Promise<unknown>
}

type ControlDeps = {
  definition: EmulatorDefinition
  journal: Journal
  faults: Faults
  clock: EmulatorClock
  handlerErrors(): number
}

const Order = z.looseObject({ act: z.string() })
const ClockOrder = z.strictObject({
  act: z.literal('clock'),
  now: z.iso.datetime({ offset: true }).optional(),
  advanceSeconds: z.number().optional(),
})

/** Makes the control of one emulator. */
export function createControl(deps: ControlDeps): EmulatorControl {
  const { definition, journal, faults, clock } = deps
  return {
    setFaults: (settings) => faults.set(settings),
    stats: () => ({
      ...journal.stats(),
      tickets: definition.ticketStats?.() ?? { open: 0, closed: 0, duplicates: 0 },
      handlerErrors: deps.handlerErrors(),
    }),
    journalEntries: (since) => journal.entries(since),
    getState: (query = {}) => definition.getState(new URLSearchParams(query)),
    putState: async (state) => definition.putState(state),
    async act(order) {
      // Through JSON, so that an order from this process is read exactly as one from the wire.
      const plain: unknown = JSON.parse(JSON.stringify(order ?? null))
      const checked: EmulatorOrder = checkInput(Order, plain, 'act', 'Send {"act": "<name>", ...}')
      if (checked.act !== 'clock') return definition.act(checked)
      const { now, advanceSeconds } = checkInput(ClockOrder, checked, 'act clock')
      if ((now === undefined) === (advanceSeconds === undefined)) {
        throw new EmulatorInputError('act clock takes either "now" (ISO time) or "advanceSeconds"')
      }
      if (now !== undefined) clock.moveTo(new Date(now))
      if (advanceSeconds !== undefined) clock.advance(advanceSeconds * 1000)
      definition.clockMoved?.()
      return { now: clock.now().toISOString() }
    },
  }
}

/** Answers one control request; `undefined` result means an empty 204. Throws `EmulatorInputError`. */
export async function answerControl(
  control: EmulatorControl,
  faults: Faults,
  request: { method: string; path: string; query: URLSearchParams; body: Buffer },
): Promise<{ status: number; body: object | null }> {
  const { method, query } = request
  const route = `${method} ${request.path.slice('/_emulator/'.length)}`
  switch (route) {
    case 'GET journal':
      return { status: 200, body: control.journalEntries(readSince(query)) }
    case 'GET stats':
      return { status: 200, body: control.stats() }
    case 'GET state':
      return { status: 200, body: (control.getState(Object.fromEntries(query)) ?? null) as object | null }
    case 'PUT state':
      await control.putState(parseBody(request.body))
      return { status: 204, body: null }
    case 'POST act':
      return { status: 200, body: ((await control.act(parseBody(request.body))) ?? {}) as object }
    case 'GET faults':
      return { status: 200, body: faults.settings() }
    case 'PUT faults':
      control.setFaults(parseBody(request.body))
      return { status: 204, body: null }
    default:
      return {
        status: 404,
        body: {
          error: `no control route ${route}; there are GET journal, GET stats, GET|PUT state, POST act, GET|PUT faults`,
        },
      }
  }
}

function readSince(query: URLSearchParams): number {
  const text = query.get('since') ?? '0'
  if (!/^\d+$/.test(text)) throw new EmulatorInputError('since must be a whole number')
  return Number(text)
}

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new EmulatorInputError(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}
