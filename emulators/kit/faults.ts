// What can go wrong on purpose. Rules are tried in the order given; one may be limited to some requests and to N times.
import { z } from 'zod'
import { checkInput } from './input.ts'
import { createRandom } from './random.ts'

const Match = z.strictObject({
  method: z.string().optional(),
  path: z.string().refine(isRegex, 'is not a regular expression').optional(),
})
const limits = { match: Match.optional(), times: z.int().positive().optional() }
const Marker = z.union([z.literal(true), z.strictObject({ ...limits, value: z.number().optional() })])
const milliseconds = z.number().min(0)
const Milliseconds = z.union([milliseconds, z.strictObject({ ...limits, value: milliseconds })])
const rate = z.number().min(0).max(1)
const ErrorKind = z.enum(['json-500', 'html-503'])
const DeadMode = z.enum(['silent', 'refuse'])

const kitFaults = {
  latencyMs: Milliseconds,
  errorRate: z.union([rate, z.strictObject({ ...limits, value: rate, kind: ErrorKind.default('json-500') })]),
  rateLimited: z.union([
    z.literal(true),
    z.strictObject({ ...limits, retryAfterSeconds: z.int().min(0).nullable().optional() }),
  ]),
  cutAfterCommit: Marker,
  cutBefore: Marker,
  truncateReply: Marker,
  dead: z.union([z.literal(true), DeadMode, z.strictObject({ ...limits, mode: DeadMode.default('silent') })]),
  searchLagMs: Milliseconds,
}

/** One fault rule in force. `value` is a time, a rate or the vendor's own number, as the fault says. */
export type FaultRule = {
  match?: { method?: string | undefined; path?: string | undefined } | undefined
  times?: number | undefined
  value?: number | undefined
  kind?: z.infer<typeof ErrorKind> | undefined
  mode?: z.infer<typeof DeadMode> | undefined
  retryAfterSeconds?: number | null | undefined
}

/** Faults as `PUT /_emulator/faults` takes them: per name one rule, a short form of it, or a list of rules. */
export type FaultSettings = Record<string, unknown>

type ActiveRule = FaultRule & { left: number; pathPattern: RegExp | undefined }

/** The faults in force for one emulator. */
export type Faults = {
  /** Replaces all faults; `{}` ends them. Throws `EmulatorInputError` for an unknown name or a wrong value. */
  set(settings: unknown): void
  /** The settings in force, as given. */
  settings(): FaultSettings
  /** The first rule of this name that hits the request; uses up one of its `times`. */
  take(name: string, method: string, path: string): FaultRule | undefined
}

/** Makes an empty set of faults that knows the kit's names and `vendorFaults`; chances follow from `seed`. */
export function createFaults(vendorFaults: readonly string[], seed: number): Faults {
  const random = createRandom(seed)
  const known = [...Object.keys(kitFaults), ...vendorFaults]
  const schemas: Record<string, z.ZodType> = { ...kitFaults }
  for (const name of vendorFaults) schemas[name] = Marker
  const Settings = z.strictObject(
    Object.fromEntries(Object.entries(schemas).map(([name, one]) => [name, z.union([one, z.array(one)]).optional()])),
  )
  let given: FaultSettings = {}
  let rules = new Map<string, ActiveRule[]>()

  return {
    set(settings) {
      const checked = checkInput(Settings, settings, 'faults', `Known faults: ${known.join(', ')}`)
      const next = new Map<string, ActiveRule[]>()
      for (const [name, value] of Object.entries(checked)) {
        if (value !== undefined) next.set(name, (Array.isArray(value) ? value : [value]).map(toRule))
      }
      rules = next
      given = settings as FaultSettings
    },
    settings: () => given,
    take(name, method, path) {
      for (const rule of rules.get(name) ?? []) {
        if (rule.left <= 0 || !hits(rule, method, path)) continue
        // A rate draws only for requests it could hit, so other traffic does not change the sequence.
        if (name === 'errorRate' && !random.chance(rule.value ?? 0)) continue
        rule.left -= 1
        return rule
      }
      return undefined
    },
  }
}

function toRule(value: unknown): ActiveRule {
  const rule = shortFormToRule(value)
  const path = rule.match?.path
  return { ...rule, left: rule.times ?? Number.POSITIVE_INFINITY, pathPattern: path ? new RegExp(path) : undefined }
}

function shortFormToRule(value: unknown): FaultRule {
  if (value === true) return {}
  if (typeof value === 'number') return { value }
  if (value === 'silent' || value === 'refuse') return { mode: value }
  return value as FaultRule
}

function hits(rule: ActiveRule, method: string, path: string): boolean {
  const wanted = rule.match?.method
  if (wanted !== undefined && wanted.toUpperCase() !== method) return false
  return rule.pathPattern?.test(path) ?? true
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}
