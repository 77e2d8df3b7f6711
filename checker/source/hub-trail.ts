import type { HistoryEntry } from '../../emulators/kaspersky-hub/world.ts'
import type { HubEvidence } from '../evidence.ts'
import type { TrailLine } from '../violation.ts'
import { hubLastingWords, hubStatusWords } from './hub-words.ts'

/** Makes the lines of a feeder's history that lead to what a ticket is about. */
export function hubTrail({ id, history }: Pick<HubEvidence, 'id' | 'history'>) {
  return (computer: string, what: string): TrailLine[] =>
    history.flatMap((entry) => {
      const words = wordsOf(entry, computer, what)
      return words === null ? [] : [{ at: Date.parse(entry.time), where: `${id}, ${entry.company}`, words }]
    })
}

function wordsOf(entry: HistoryEntry, computer: string, what: string): string | null {
  switch (entry.kind) {
    case 'status-begin':
    case 'status-end':
    case 'status-level': {
      const words = hubStatusWords[entry.status] ?? entry.status
      return entry.name === computer ? `${computer}: “${words}” ${entry.kind.slice(7)} (${entry.level})` : null
    }
    case 'event':
      return entry.computerName === computer ? `${computer}: event ${entry.type}, severity ${entry.severity}` : null
    case 'told':
      if (entry.of === 'event') return null
      return (
        entry.computers.flatMap(({ name, level, statuses }) =>
          name === computer
            ? [`${computer}: told by ${entry.by} as ${level} (${statuses.join(', ') || 'nothing'})`]
            : [],
        )[0] ?? null
      )
    case 'raised':
    case 'resolved':
      return hubLastingWords[entry.type] === what ? `“${what}” ${entry.kind}` : null
    case 'computer-added':
    case 'computer-removed':
      return entry.name === computer ? `${computer}: ${entry.kind}` : null
    default:
      return null
  }
}
