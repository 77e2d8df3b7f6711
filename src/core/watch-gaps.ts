import type { AlarmKind } from './alarm.ts'

/** Whom alarms reach: a PSA by its rules for our own alarms, or the webhook. */
export type WatchWay = { readonly psaId: number; readonly kinds: readonly AlarmKind[] }

export type WatchGap = { readonly subject: string; readonly message: string }

/**
 * What could go wrong without anybody being told. A PSA that refuses us cannot hold the ticket that says so.
 */
export function watchGaps(
  psas: readonly { readonly id: number; readonly name: string }[],
  ways: readonly WatchWay[],
  webhook: boolean,
): WatchGap[] {
  if (webhook) return []
  if (ways.every(({ kinds }) => kinds.length === 0)) {
    const message =
      'Nobody is told of any alarm: enter a webhook, or connect the source “Tocsin”, map its tenant to an account and switch rules on. Until then alarms stand only in the status, the metrics, /readyz and the log.'
    return [{ subject: 'tocsin', message }]
  }
  const told = (psaId: number, kind: AlarmKind) => ways.some((way) => way.psaId !== psaId && way.kinds.includes(kind))
  return psas
    .filter(({ id }) => !told(id, 'psa-refusing') || !told(id, 'psa-unreachable'))
    .map(({ id, name }) => ({
      subject: `psa/${id}`,
      message: `Nobody would be told that ${name} refuses Tocsin or cannot be reached: a ticket about it could not be opened there. Enter a webhook, or have these alarms opened at another PSA.`,
    }))
}
