import type { DeskId, SourceId } from './ground.ts'

/** Everything that a life is made of. `at` in ms since the start of the run. */

type InSource = { readonly at: number; readonly source: SourceId }

export type SourceAct =
  | (InSource & { readonly kind: 'host'; readonly host: string; readonly changes: Readonly<Record<string, unknown>> })
  | (InSource & {
      readonly kind: 'event'
      readonly host: string
      readonly type: string
      readonly name: string
      readonly severity: number
      /** ms that it happened before. */
      readonly late: number
    })
  | (InSource & { readonly kind: 'host-leaves'; readonly host: string })
  | (InSource & { readonly kind: 'host-comes' | 'host-moves'; readonly host: string; readonly client: string })
  | (InSource & { readonly kind: 'guest-goes'; readonly client: string })
  | (InSource & { readonly kind: 'guest-returns'; readonly client: string; readonly hosts: readonly string[] })
  /** A virtual server that does not answer, or is switched off; `back` ends it. */
  | (InSource & { readonly kind: 'server-silent' | 'server-off' | 'server-back'; readonly client: string })

/** What a technician does; `pick` (0 to 1) chooses among the tickets that are there when it is done. */
export type TechnicianAct = {
  readonly kind: 'technician'
  readonly at: number
  readonly desk: DeskId
  readonly does: 'take' | 'priority' | 'board' | 'close' | 'reopen' | 'delete' | 'note' | 'lock' | 'unlock'
  readonly pick: number
}

/** What an administrator does in Tocsin; `pairing` is a pairing's name. */
export type AdminAct =
  | {
      readonly kind: 'rule'
      readonly at: number
      readonly pairing: string
      readonly section: 'warning' | 'critical' | 'severity'
      /** Title of the row. */
      readonly row: string
      readonly enabled: boolean
      readonly delayMinutes: number
      readonly urgent: boolean
    }
  | { readonly kind: 'mapping'; readonly at: number; readonly client: string; readonly to: 'none' | 'main' | 'annex' }
  | { readonly kind: 'pause'; readonly at: number; readonly pairing: string; readonly minutes: number }
  | { readonly kind: 'retry-stuck'; readonly at: number; readonly desk: DeskId }

export type PeopleAct = TechnicianAct | AdminAct
export type LifeAct = SourceAct | PeopleAct

export const eventKinds = [
  { type: 'GNRL_EV_ATTACK_DETECTED', name: 'Network attack detected', severity: 4 },
  { type: 'GNRL_EV_VIRUS_FOUND', name: 'Malicious object detected', severity: 4 },
  { type: 'GNRL_EV_OBJECT_NOTCURED', name: 'Object cannot be disinfected', severity: 3 },
  { type: 'GNRL_EV_OBJECT_QUARANTINED', name: 'Object quarantined', severity: 2 },
  { type: 'GNRL_EV_WEB_URL_BLOCKED', name: 'Web address blocked', severity: 2 },
] as const

export function isSourceAct(act: LifeAct): act is SourceAct {
  return 'source' in act
}
