import type { JournalEntry } from '../emulators/kit/journal.ts'

/** What can be wrong at a desk or a source, as settings of its emulator, and how to tell that it really was felt. */

export type EmulatorFault = {
  readonly settings: (speed: number) => Readonly<Record<string, unknown>>
  /** Whether this request, answered while the fault was on, felt it. */
  readonly felt: (entry: JournalEntry) => boolean
  /** True when no reading or call can come through whole. */
  readonly total?: boolean
}

const status =
  (...wanted: number[]) =>
  (entry: JournalEntry) =>
    entry.status !== null && wanted.includes(entry.status)
const cut = status(0)
/** Requests that write at a desk: searches are POSTs too. */
const writing = (times: number) =>
  ['POST', 'PUT', 'PATCH'].map((method) => ({ match: { method, path: '^(?!.*(query|[sS]earch)).*$' }, times }))

/** By name; times in the run's own time are divided by its speed where the emulator waits for real. */
export const deskFaults = {
  slow: {
    settings: (speed) => ({ latencyMs: 24_000 / speed }),
    felt: ({ ms, status: answered }) => answered !== null && answered > 0 && (ms ?? 0) >= 90,
  },
  'limited-with-time': { settings: () => ({ rateLimited: { retryAfterSeconds: 90, times: 4 } }), felt: status(429) },
  'limited-without-time': { settings: () => ({ rateLimited: { times: 4 } }), felt: status(429) },
  'error-500': { settings: () => ({ errorRate: 0.5 }), felt: status(500) },
  'error-html': { settings: () => ({ errorRate: { value: 0.5, kind: 'html-503' } }), felt: status(503) },
  'cut-after-commit': { settings: () => ({ cutAfterCommit: writing(3) }), felt: cut },
  'cut-before': { settings: () => ({ cutBefore: writing(3) }), felt: cut },
  'truncated-answer': { settings: () => ({ truncateReply: { times: 5 } }), felt: cut },
  'search-lag': {
    settings: () => ({ searchLagMs: 58_000, cutAfterCommit: writing(2) }),
    felt: ({ path }) => /query|search|service\/tickets$/i.test(path),
  },
  refusing: { settings: () => ({ dead: 'refuse' }), felt: cut, total: true },
  silent: { settings: () => ({ dead: 'silent' }), felt: cut, total: true },
} as const satisfies Readonly<Record<string, EmulatorFault>>

const pages = { path: 'GetItemsChunk|GetRecordRange' }
const isPage = ({ path }: JournalEntry) => /GetItemsChunk|GetRecordRange/.test(path)

export const sourceFaults = {
  'half-list': { settings: () => ({ halfList: { match: pages, times: 3 } }), felt: isPage },
  'truncated-page': { settings: () => ({ truncatedJson: { match: pages, times: 3 } }), felt: isPage },
  'cut-page': { settings: () => ({ truncateReply: { match: pages, times: 3 } }), felt: cut },
  'accessor-expired': { settings: () => ({ expireAccessor: { times: 3 } }), felt: isPage },
  'session-dropped': { settings: () => ({ dropSession: { times: 3 } }), felt: status(401) },
  'unauthorized-once': { settings: () => ({ unauthorized: { times: 1 } }), felt: status(401) },
  unavailable: { settings: () => ({ unavailable: true }), felt: ({ path }) => !path.endsWith('/login') },
  'source-dead': { settings: () => ({ dead: 'refuse' }), felt: cut, total: true },
  'source-slow': {
    settings: (speed) => ({ latencyMs: 12_000 / speed }),
    felt: ({ ms, status: answered }) => answered !== null && answered > 0 && (ms ?? 0) >= 60,
  },
} as const satisfies Readonly<Record<string, EmulatorFault>>

export type DeskFaultKind = keyof typeof deskFaults
export type SourceFaultKind = keyof typeof sourceFaults

/** Faults of a desk that are acts of its administrators. */
export const deskTroubles = ['refusing-text', 'value-removed', 'credentials-changed'] as const
export type DeskTrouble = (typeof deskTroubles)[number]
