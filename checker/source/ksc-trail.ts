import type { HistoryEntry } from '../../emulators/ksc/model/history.ts'
import type { KscEvidence } from '../evidence.ts'
import type { TrailLine } from '../violation.ts'
import { kscWords } from './ksc-words.ts'

/** Makes the lines of a KSC's history that lead to what a ticket is about. */
export function kscTrail({ id, history }: Pick<KscEvidence, 'id' | 'history'>) {
  const byHost = Map.groupBy(history, ({ hostName }) => hostName ?? '')
  return (computer: string, what: string): TrailLine[] => {
    if (computer === '') return []
    const bit = kscWords.indexOf(what)
    return (byHost.get(computer) ?? []).flatMap((entry) => {
      const words = wordsOf(entry, bit === -1 ? null : bit)
      const where = `${id}, ${entry.vserverUid === '' ? 'main server' : entry.vserverUid}`
      return words === null ? [] : [{ at: Date.parse(entry.time), where, words: `${computer}: ${words}` }]
    })
  }
}

function wordsOf(entry: HistoryEntry, bit: number | null): string | null {
  switch (entry.kind) {
    case 'status-begin':
    case 'status-end':
    case 'status-level':
      return entry.bit === bit ? `“${kscWords[entry.bit]}” ${entry.kind.slice(7)} (${entry.level})` : null
    case 'host-status': {
      const named = kscWords.filter((_, n) => (entry.mask & (1 << n)) !== 0)
      return `status ${entry.statusId}, named: ${named.join('; ') || 'nothing'}`
    }
    case 'event':
      return bit === null ? `event ${entry.type}, severity ${entry.severity}` : null
    case 'host-moved':
      return `moved from ${entry.fromVserverUid || 'the main server'}`
    case 'host-added':
    case 'host-removed':
      return entry.kind
    default:
      return null
  }
}
