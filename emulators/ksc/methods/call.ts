import type { Account } from '../model/types.ts'
import type { World } from '../model/world.ts'
import type { Caller, Session, Sessions } from '../sessions.ts'
import type { Args } from '../wire/args.ts'

/** One authenticated call. */
export type Call = {
  world: World
  session: Session
  sessions: Sessions
  caller: Caller
  account: Account
  /** ms, the same for the whole call; everything time-driven is settled up to here. */
  now: number
  args: Args
  /** Whether a fault of this name hits the call. */
  hit(fault: string): boolean
  searchLagMs(): number
}

/** A method: its answer's top level (`PxgRetVal` and out-parameters, untagged). Throws `PxgError`. */
export type Method = (call: Call) => Record<string, unknown>

/** Methods by `Class.Method`; names are case-sensitive. */
export type MethodTable = Record<string, Method>
