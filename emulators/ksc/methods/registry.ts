import { maxLifetimeSeconds } from '../result-sets.ts'
import { notFound } from '../wire/pxg-error.ts'
import { asyncMethods } from './async-methods.ts'
import type { Call, Method, MethodTable } from './call.ts'
import { chunkAccessorMethods } from './chunk-accessor.ts'
import { eventProcessingMethods } from './event-processing.ts'
import { groupMethods } from './group-methods.ts'
import { hostMethods } from './host-methods.ts'
import { licenseMethods } from './license-methods.ts'
import { serverMethods } from './server-methods.ts'
import { sessionMethods } from './session-methods.ts'
import { viewMethods } from './view-methods.ts'
import { vserverMethods } from './vserver-methods.ts'

/** `Limits.GetLimits` by number (ksc-open-api.md 9). */
function limit({ world }: Call, number: number): number | undefined {
  const limits: Record<number, number> = {
    0: 5000,
    1: 1_000_000,
    3: world.server.maxEvents,
    34: 500,
    38: 100_000,
    49: 64 * 1024 * 1024,
    50: 64 * 1024 * 1024,
    51: 900,
    52: maxLifetimeSeconds,
    57: 100,
    70: world.server.sessionTotalSeconds,
    71: world.server.sessionIdleSeconds,
  }
  return limits[number]
}

const limitsMethods: MethodTable = {
  'Limits.GetLimits': (call) => {
    const number = call.args.int('param', 0)
    const value = limit(call, number)
    if (value === undefined) throw notFound('Limit', String(number))
    return { PxgRetVal: value }
  },
  'Limits.IsMethodPresent': ({ args }) => {
    const name = `${args.required('strClass')}.${args.required('strMethod')}`
    return { PxgRetVal: args.text('strInstance') === '' && (methods.has(name) || name === 'Session.StartSession') }
  },
}

/** Every method of the default instance. */
const methods: ReadonlyMap<string, Method> = new Map(
  [
    sessionMethods,
    hostMethods,
    groupMethods,
    serverMethods,
    chunkAccessorMethods,
    asyncMethods,
    vserverMethods,
    viewMethods,
    eventProcessingMethods,
    licenseMethods,
    limitsMethods,
  ].flatMap((table) => Object.entries(table)),
)

/** Finds `Class.Method`, case-sensitive. A third part before it would be an instance, and there is only the default one. */
export function findMethod(name: string): Method | undefined {
  return methods.get(name)
}
