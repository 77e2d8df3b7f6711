import type { DeskEvidence, Evidence, IntegrationEvidence, RuleSpan } from '../checker/evidence.ts'
import { ownTitlePatterns } from './own-tickets.ts'
import { ruleOf, type StageRule } from './rules.ts'
import type { Troubles } from './troubles.ts'
import type { Cast, WorldDesk, WorldIntegration, WorldSource } from './world-parts.ts'

/**
 * What a world tells the checker: what the emulators say happened, and what people meant. Nothing of it comes from Tocsin;
 * whoever wants our database judged too adds it.
 */

export type Run = {
  /** What begins from here on gets a ticket; what held before opens none by itself. */
  readonly since: Date
  readonly now: Date
  /** Longest time between two readings of a source, or of a desk, in ms. */
  readonly longestStepMs: number
}

export function evidenceOf(cast: Cast, troubles: Troubles, { since, now, longestStepMs }: Run): Evidence {
  return {
    run: { from: since.getTime(), to: now.getTime() },
    // A healthy run sees and opens, and sees, looks and closes, in a step each; a call takes no time on a clock that stands.
    grace: {
      ...{ seeMs: longestStepMs, deliverMs: longestStepMs, noticeMs: longestStepMs, recoverMs: longestStepMs },
      callMs: 0,
    },
    sources: cast.sources.map((source) => source.evidence()),
    desks: cast.desks.map(deskEvidence),
    integrations: cast.integrations.map((integration) => integrationEvidence(cast, integration)),
    requests: [],
    givenUp: [],
    troubles: troubles.all(),
    restores: [],
    database: null,
  }
}

function deskEvidence({ name, kind, emulator }: WorldDesk): DeskEvidence {
  return {
    id: name,
    vendor: kind.vendor,
    history: emulator.history(),
    journal: emulator.journal(),
    stats: emulator.stats(),
    grant: kind.grant,
    aboutUs: ownTitlePatterns,
  }
}

const always = { from: 0, to: null }

function integrationEvidence(cast: Cast, plan: WorldIntegration): IntegrationEvidence {
  const source = cast.sources.find(({ id }) => id === plan.source)
  const desk = cast.desks.find(({ id }) => id === plan.desk)
  if (source === undefined || desk === undefined) throw new Error(`“${plan.name}” names a side that is not there.`)
  return {
    id: plan.name,
    source: source.name,
    desk: desk.name,
    repeats: plan.repeats,
    rules: [...statusSpans(plan.rules, source), ...eventSpans(plan.rules, source)],
    mappings: source.tenants().flatMap(({ key, name }) => {
      const account = desk.names.companyId(plan.companyOf(name) ?? '')
      return account === undefined ? [] : [{ ...always, tenant: key, account: String(account) }]
    }),
    silences: [],
    removedAt: null,
  }
}

function statusSpans(rules: readonly StageRule[], source: WorldSource): RuleSpan[] {
  const statuses = Object.entries(source.rows().statuses)
  return (['warning', 'critical'] as const).flatMap((section) =>
    statuses.map(([key, title]) => toSpan(section, key, ruleOf(rules, section, title))),
  )
}

const severities = { warning: 'Warning', 'functional-failure': 'Functional failure', critical: 'Critical' } as const

/** An event type without a row of its own follows its severity, so only those with one have a span. */
function eventSpans(rules: readonly StageRule[], source: WorldSource): RuleSpan[] {
  return [
    ...Object.entries(severities).map(([key, title]) => toSpan('severity', key, ruleOf(rules, 'severity', title))),
    ...Object.entries(source.rows().eventTypes).flatMap(([type, title]) => {
      const rule = ruleOf(rules, 'event-type', title)
      return rule === undefined ? [] : [toSpan('event-type', type, rule)]
    }),
  ]
}

/** A row that was never saved is off. */
function toSpan(section: RuleSpan['section'], key: string, rule: StageRule | undefined): RuleSpan {
  const { enabled = true, delayMinutes = 0, lifetimeHours = 24 } = rule ?? { enabled: false }
  return { ...always, section, key, enabled, fields: {}, delayMinutes, lifetimeHours }
}
