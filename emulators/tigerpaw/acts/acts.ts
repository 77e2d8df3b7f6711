// Orders of `POST /_emulator/act`: what people do at the desk and in its settings.
import type { EmulatorOrder } from '../../kit/definition.ts'
import { EmulatorInputError } from '../../kit/input.ts'
import type { Store } from '../store/store.ts'
import { HttpError, RefusalError } from '../wire/answers.ts'
import { accountActs } from './account-acts.ts'
import { orderActs } from './order-acts.ts'
import type { Act } from './person.ts'
import { settingActs } from './setting-acts.ts'

const acts: Readonly<Record<string, Act>> = { ...orderActs, ...accountActs, ...settingActs }

/** Makes the function that does acts. It throws `EmulatorInputError`, which lists the acts when the name is unknown. */
export function createActs(store: Store): (order: EmulatorOrder) => unknown {
  const known = `There are: clock, ${Object.keys(acts).sort().join(', ')}`
  return ({ act, ...order }) => {
    const run = Object.hasOwn(acts, act) ? acts[act] : undefined
    if (!run) throw new EmulatorInputError(`no act ${act}. ${known}`)
    try {
      return run(store, order)
    } catch (error) {
      if (error instanceof RefusalError || error instanceof HttpError) {
        throw new EmulatorInputError(`act ${act} was refused: ${error.message}`)
      }
      if (error instanceof EmulatorInputError) throw new EmulatorInputError(`${error.message}. ${known}`)
      throw error
    }
  }
}
