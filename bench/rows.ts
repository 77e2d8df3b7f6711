/** The rows of the benchmark: what each does to a program and how the desk behaves meanwhile. */

export type Row = {
  readonly name: string
  /** One line for the tables. */
  readonly title: string
  /** `cycle`: all open, then all close; `kill`: killed after "cleared" was accepted; `urgent`: one in a storm. */
  readonly kind: 'cycle' | 'kill' | 'urgent'
  readonly conditions: number
  readonly latencyMs: number
  /** Requests a second that the desk allows; 0 = any number. */
  readonly perSecond: number
  /** Calls at once that the desk grants a program which can be told; 0 = any number. */
  readonly threads: number
}

export const rows: readonly Row[] = [
  {
    name: 'ten-thousand',
    title: '10,000 conditions, desk answers at once',
    kind: 'cycle',
    conditions: 10_000,
    latencyMs: 0,
    perSecond: 0,
    threads: 0,
  },
  {
    name: 'fifty-thousand',
    title: '50,000 conditions, desk answers at once',
    kind: 'cycle',
    conditions: 50_000,
    latencyMs: 0,
    perSecond: 0,
    threads: 0,
  },
  {
    name: 'fifty-a-second',
    title: '2,000 conditions, desk allows 50 requests/s',
    kind: 'cycle',
    conditions: 2_000,
    latencyMs: 0,
    perSecond: 50,
    threads: 3,
  },
  {
    name: 'slow-desk',
    title: '1,500 conditions, desk answers in 200 ms',
    kind: 'cycle',
    conditions: 1_500,
    latencyMs: 200,
    perSecond: 0,
    threads: 3,
  },
  {
    name: 'kill-after-cleared',
    title: '1,000 tickets, `kill -9` after "cleared" was accepted',
    kind: 'kill',
    conditions: 1_000,
    latencyMs: 0,
    perSecond: 0,
    threads: 0,
  },
  {
    name: 'lone-urgent',
    title: 'one urgent condition in a storm of 5,000, desk answers in 200 ms',
    kind: 'urgent',
    conditions: 5_000,
    latencyMs: 200,
    perSecond: 0,
    threads: 3,
  },
]

/** The named rows, or all when none is named, with `scale` times their conditions. Throws for a name that is no row. */
export function chooseRows(names: readonly string[], scale: number): Row[] {
  for (const name of names) {
    if (!rows.some((row) => row.name === name)) {
      throw new Error(`There is no row “${name}”; the rows are ${rows.map((row) => row.name).join(', ')}.`)
    }
  }
  return rows
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map((row) => ({ ...row, conditions: Math.max(10, Math.round(row.conditions * scale)) }))
}
