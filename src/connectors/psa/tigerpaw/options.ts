import type { z } from 'zod'
import type { Option, PsaOptions } from '../../psa.ts'
import { type Context, call } from './client.ts'
import { byRank, namesToOptions } from './map.ts'
import { namesIn } from './settings.ts'
import { Board, OrderType, Priority, Rep, Status, tableOf } from './wire.ts'

/** Reads every list that rules are made from and judged by (tigerpaw-api.md 2.4). */
export async function readOptions(context: Context): Promise<PsaOptions> {
  const statuses = await readTable(context, 'serviceorders/statuses', Status)
  const reps = await readTable(context, 'reps', Rep)
  const boards = await readTable(context, 'dispatchboards', Board)
  const priorities = await readTable(context, 'priorities', Priority)
  const types = await readTable(context, 'serviceOrders/types', OrderType)
  const named = byRank(statuses.rows).map((row) => row.Status)
  const statusOptions = namesToOptions([...named, ...namesIn(context.settings.moreStatuses)])
  const tables = { serviceOrderRep: reps, newStatus: statuses, closedStatus: statuses, board: boards }
  const whole = { ...tables, priority: priorities, type: types }
  return {
    choices: {
      serviceOrderRep: repsToOptions(reps.rows),
      newStatus: statusOptions,
      closedStatus: statusOptions,
      board: boards.rows.map((row) => ({
        value: String(row.DispatchBoardId),
        label: row.Description || `Board ${row.DispatchBoardId}`,
        active: true,
      })),
      priority: namesToOptions(byRank(priorities.rows).map((row) => row.Priority)),
      type: namesToOptions(types.rows.map((row) => row.Type)),
    },
    extra: { incomplete: Object.entries(whole).flatMap(([key, { isWhole }]) => (isWhole ? [] : [key])) },
  }
}

/** Keys of the fields whose list may lack entries, because Tigerpaw told only one of them. */
export function incompleteOf(options: PsaOptions): readonly unknown[] {
  const { incomplete } = options.extra
  return Array.isArray(incomplete) ? incomplete : []
}

/** A master table. */
export function readTable<T extends z.ZodType>(
  context: Context,
  name: string,
  row: T,
): Promise<{ rows: z.infer<T>[]; isWhole: boolean }> {
  return call(context, { method: 'GET', path: `mastertables/${name}`, write: false }, tableOf(row))
}

function repsToOptions(reps: readonly z.infer<typeof Rep>[]): readonly Option[] {
  return reps
    .map((rep) => ({
      value: String(rep.RepNumber),
      label: rep.DisplayName || `${rep.FirstName} ${rep.LastName}`.trim() || `Rep ${rep.RepNumber}`,
      active: rep.Inactive !== true,
    }))
    .sort((a, b) => a.label.localeCompare(b.label, 'en'))
}
