/** What can be wrong with a computer, as changes of its state in the KSC emulator. */

export type Severity = 'warning' | 'critical'

export type Ailment = {
  readonly name: string
  readonly levels: readonly Severity[]
  /** `at` in ms since 1970: some reasons are ages. */
  on(level: Severity, at: number): Readonly<Record<string, unknown>>
  readonly off: Readonly<Record<string, unknown>>
}

const day = 86_400_000
const ago = (at: number, days: number) => new Date(at - days * day).toISOString()

/** Critical or nothing. */
const graveAilments: readonly Ailment[] = [
  { name: 'protection off', levels: ['critical'], on: () => ({ rtpState: 1 }), off: { rtpState: 4 } },
  { name: 'active threats', levels: ['critical'], on: () => ({ uncuredCount: 2 }), off: { uncuredCount: 0 } },
  { name: 'not running', levels: ['critical'], on: () => ({ productRunning: false }), off: { productRunning: true } },
]

/** Warning or nothing. */
const lightAilments: readonly Ailment[] = [
  { name: 'incidents', levels: ['warning'], on: () => ({ incidents: 1 }), off: { incidents: 0 } },
  { name: 'encryption', levels: ['warning'], on: () => ({ encryptionWrong: true }), off: { encryptionWrong: false } },
  {
    name: 'incompatible',
    levels: ['warning'],
    on: () => ({ incompatibleApps: true }),
    off: { incompatibleApps: false },
  },
  {
    name: 'restart due',
    levels: ['warning'],
    on: (_, at) => ({ restartRequiredSince: ago(at, 1.2), restartReason: 1 }),
    off: { restartRequiredSince: 'never', restartReason: 0 },
  },
]

/** Warning, Critical and back. */
const risingAilments: readonly Ailment[] = [
  {
    name: 'databases',
    levels: ['warning', 'critical'],
    on: (level, at) => ({ databasesAt: ago(at, level === 'warning' ? 4 : 8) }),
    off: { databasesAt: 'fresh' },
  },
  {
    name: 'viruses',
    levels: ['warning', 'critical'],
    on: (level) => ({ virusCount: level === 'warning' ? 3 : 12 }),
    off: { virusCount: 0 },
  },
  {
    name: 'disk',
    levels: ['warning', 'critical'],
    on: (level) => ({ freeDiskMb: level === 'warning' ? 500 : 100 }),
    off: { freeDiskMb: 50_000 },
  },
  {
    name: 'vulnerabilities',
    levels: ['warning', 'critical'],
    on: (level) => ({ vulnerability: level === 'warning' ? 1 : 3 }),
    off: { vulnerability: 0 },
  },
]

/** The same without the step to Critical. */
function asLight(ailment: Ailment): Ailment {
  return { ...ailment, levels: ['warning'] }
}

/**
 * The ailments of a computer. A server that names only the reasons of the winning level cannot tell one that eases from
 * one that ends while another keeps the computer Critical (docs/adr/0010): there a computer has either one ailment that
 * rises and eases, or some that are Critical from the start.
 */
export function ailmentsOf(namesAllReasons: boolean, number: number): readonly Ailment[] {
  if (namesAllReasons) return [...graveAilments, ...lightAilments, ...risingAilments]
  const [first, ...others] = [...risingAilments.slice(number % 4), ...risingAilments.slice(0, number % 4)]
  const light = [...lightAilments, ...others.map(asLight)]
  if (number % 2 === 0 && first !== undefined) return [first, ...light]
  return [...graveAilments, ...light, ...(first === undefined ? [] : [asLight(first)])]
}
