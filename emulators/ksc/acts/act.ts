import type { z } from 'zod'
import type { EmulatorOrder } from '../../kit/definition.ts'
import { checkInput } from '../../kit/input.ts'
import type { World } from '../model/world.ts'
import type { Sessions } from '../sessions.ts'

/** What an act works on; everything time-driven is settled up to `now` (ms). */
export type Stage = { world: World; sessions: Sessions; now: number }

/** One act: checks its order, does it, gives the answer. Throws `EmulatorInputError`. */
export type Act = (stage: Stage, order: EmulatorOrder) => unknown

/** Makes an act from the schema of its fields (beside `act`) and what it does. */
export function act<Schema extends z.ZodType>(
  schema: Schema,
  run: (stage: Stage, fields: z.output<Schema>) => unknown,
): Act {
  return (stage, { act: name, ...fields }) => run(stage, checkInput(schema, fields, `act ${name}`))
}
