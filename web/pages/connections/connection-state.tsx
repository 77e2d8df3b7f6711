import { Badge } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Status } from '../../api/generated/types.gen.ts'
import type { ConnectionKind } from './connection-kinds.ts'

type Duty = Status['duties'][number]
type State = 'good' | 'reading' | 'trouble' | 'held' | 'waiting'

/** How a connection is doing. */
export type ConnectionState = {
  readonly state: State
  /** What is wrong, in words; null: nothing. */
  readonly words: string | null
  readonly lastGoodAt: string | null
  /** What can be asked for at once. */
  readonly duties: readonly Duty[]
}

/** The duty whose success means that the connection works. */
const mainDuty = { source: 'poll-computers', psa: 'read-options' } as const

/** From the status of everything; null while that is not read, or does not name it yet. */
export function stateOf(kind: ConnectionKind, id: number, status: Status | undefined): ConnectionState | null {
  const found = (kind === 'source' ? status?.sources : status?.psas)?.find((one) => one.id === id)
  if (found === undefined) return null
  const { duties, problem } = found
  const held = 'heldUntil' in found && found.heldUntil !== null ? (found.heldFailure?.message ?? '') : null
  const main = duties.find((duty) => duty.kind === mainDuty[kind])
  const failing = duties.find(({ failures }) => failures > 0)?.failure?.message ?? null
  const lastGoodAt = main?.lastGoodAt ?? null
  const words = problem ?? held ?? failing
  const state =
    held !== null && problem === null
      ? 'held'
      : words !== null
        ? 'trouble'
        : lastGoodAt !== null
          ? 'good'
          : main?.running === true
            ? 'reading'
            : 'waiting'
  return { state, words, lastGoodAt, duties }
}

const colours: Readonly<Record<State, string>> = {
  good: 'teal',
  reading: 'blue',
  waiting: 'gray',
  held: 'yellow',
  trouble: 'red',
}

export function StateBadge({ state }: { state: ConnectionState | null }): ReactNode {
  const { t } = useTranslation()
  if (state === null) return null
  return (
    <Badge color={colours[state.state]} variant="light">
      {t(`connections.state.${state.state}`)}
    </Badge>
  )
}
