import type { Query, QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'

/**
 * The screen follows the server: one stream of events tells which kinds of things changed, and what is shown of them is
 * read again. Without the stream everything is read again from time to time.
 */

/** `lost`: for some seconds already; what is shown may be old. */
export type LiveState = 'connecting' | 'live' | 'lost'

/** First parts of the keys of what shows a kind of thing (src/core/change.ts). */
const shownOf: Readonly<Record<string, readonly string[]>> = {
  tickets: [
    'tickets',
    'ticket',
    'overview',
    'status',
    'conditions',
    'events',
    'why-condition',
    'why-event',
    'mappings',
    'held',
  ],
  conditions: ['conditions', 'overview', 'status', 'why-condition', 'mappings', 'held'],
  events: ['events', 'why-event'],
  tenants: ['tenants', 'mappings', 'accounts', 'overview', 'status', 'integrations', 'held', 'setup'],
  connections: ['sources', 'psas', 'options', 'accounts', 'mappings', 'integrations', 'status', 'setup'],
  status: ['status', 'sources', 'psas', 'drills'],
  integrations: ['integrations', 'rules', 'held', 'setup'],
  people: ['people', 'invitations', 'sessions', 'tokens'],
  audit: ['audit'],
}
/** The same is read again at most so often; what counts through everything less often still. */
const againAfterMs = 2_000
const slowAgainAfterMs: Readonly<Record<string, number>> = { overview: 5_000, status: 5_000, setup: 5_000 }
/** A long list that somebody opened page by page is not read from its beginning each time. */
const mostPages = 10
/** How long a connection may be gone before anybody is told. */
const lostAfterMs = 5_000
/** A tab in the background lets go of the connection: browsers have few for one server. */
const letGoAfterMs = 20_000
const longestPauseMs = 30_000
/** What no event tells: how much of a budget is used, how old something is. */
const whileLiveMs = 60_000

let state: LiveState = 'connecting'
const listeners = new Set<() => void>()

function setState(next: LiveState): void {
  if (next === state) return
  state = next
  for (const listener of listeners) listener()
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => state,
  )
}

/** For `refetchInterval`: `ms` while there is no stream, rarely while there is. */
export function liveInterval(ms: number): () => number {
  return () => (state === 'live' ? Math.max(ms, whileLiveMs) : ms)
}

/** Follows the server until the function that it gives is called. `onSignedOut`: the session is over. */
export function startLive(queries: QueryClient, onSignedOut: () => void): () => void {
  let source: EventSource | null = null
  let pause: ReturnType<typeof setTimeout> | undefined
  let losing: ReturnType<typeof setTimeout> | undefined
  let lettingGo: ReturnType<typeof setTimeout> | undefined
  let pauseMs = 2_000
  const again = createAgain(queries)

  function open(): void {
    clearTimeout(pause)
    if (source !== null) return
    source = new EventSource('/api/v1/live')
    source.addEventListener('hello', () => {
      clearTimeout(losing)
      losing = undefined
      pauseMs = 2_000
      setState('live')
      // What changed before is in no event.
      const now = Date.now()
      void queries.invalidateQueries({ predicate: (query) => isFollowed(query) && query.state.dataUpdatedAt < now })
    })
    source.addEventListener('changes', (event) => again.of(kindsIn(event)))
    source.addEventListener('end', (event) => {
      if (!/signed-out/.test(dataOf(event))) return
      close()
      onSignedOut()
    })
    source.onerror = () => {
      losing ??= setTimeout(() => setState('lost'), lostAfterMs)
      // While it connects anew by itself there is nothing to do; a refusal it takes for the end.
      if (source?.readyState !== EventSource.CLOSED) return
      close()
      pause = setTimeout(open, pauseMs)
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      // Perhaps nobody is signed in any more.
      void queries.invalidateQueries({ queryKey: ['session'] })
    }
  }

  function close(): void {
    source?.close()
    source = null
  }

  function onVisibility(): void {
    clearTimeout(lettingGo)
    if (document.visibilityState === 'visible') open()
    else
      lettingGo = setTimeout(() => {
        close()
        clearTimeout(pause)
        clearTimeout(losing)
        losing = undefined
        setState('connecting')
      }, letGoAfterMs)
  }

  document.addEventListener('visibilitychange', onVisibility)
  open()
  return () => {
    document.removeEventListener('visibilitychange', onVisibility)
    clearTimeout(pause)
    clearTimeout(losing)
    clearTimeout(lettingGo)
    again.stop()
    close()
    setState('connecting')
  }
}

/** Reads again what is shown of a kind: at once, and then not before its time has come. */
function createAgain(queries: QueryClient): { of(kinds: readonly string[]): void; stop(): void } {
  const readAt = new Map<string, number>()
  const waiting = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const dueAt = (key: string) => (readAt.get(key) ?? 0) + (slowAgainAfterMs[key] ?? againAfterMs)

  function flush(): void {
    timer = undefined
    const now = Date.now()
    const due = new Set([...waiting].filter((key) => dueAt(key) <= now))
    for (const key of due) {
      waiting.delete(key)
      readAt.set(key, now)
    }
    if (due.size > 0) {
      const predicate = (query: Query) => due.has(String(query.queryKey[0])) && pagesOf(query) <= mostPages
      void queries.invalidateQueries({ predicate })
    }
    if (waiting.size > 0) timer = setTimeout(flush, Math.max(50, Math.min(...[...waiting].map(dueAt)) - now))
  }

  return {
    of(kinds) {
      for (const kind of kinds) for (const key of shownOf[kind] ?? []) waiting.add(key)
      clearTimeout(timer)
      flush()
    },
    stop: () => clearTimeout(timer),
  }
}

const followed = new Set(Object.values(shownOf).flat())

function isFollowed(query: Query): boolean {
  return followed.has(String(query.queryKey[0])) && pagesOf(query) <= mostPages
}

function pagesOf(query: Query): number {
  const data = query.state.data as { pages?: unknown } | undefined
  return Array.isArray(data?.pages) ? data.pages.length : 1
}

function dataOf(event: Event): string {
  return event instanceof MessageEvent ? String(event.data) : ''
}

function kindsIn(event: Event): readonly string[] {
  try {
    const { kinds } = JSON.parse(dataOf(event)) as { kinds?: unknown }
    return Array.isArray(kinds) ? kinds.map(String) : []
  } catch {
    // A message of another version: reading everything again is always right.
    return Object.keys(shownOf)
  }
}
