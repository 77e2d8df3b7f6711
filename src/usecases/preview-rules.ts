import type { RuleSection } from '../core/rule.ts'
import { countEvents, type EventCount } from '../db/events.ts'
import { countTicketless, type HeldCount } from '../db/held.ts'
import { readRuleStand, ruleRowsOf } from '../db/rules.ts'
import type { Deps } from './deps.ts'
import { loadRuleGround, type RuleGround } from './list-rules.ts'
import { notFound } from './request-error.ts'
import { judgeRules, type RulesChange } from './rule-judging.ts'
import { showOptions } from './show-options.ts'

/** Tickets with the proposed rules, and `before` with the rules as they are. */
export type RulesCount = { readonly count: number; readonly before: number }

/** What opens tickets, by client and by rule; clients and rules for which both counts are 0 are left out. */
export type RulesEffect = {
  readonly total: number
  readonly before: number
  readonly clients: readonly (RulesCount & { readonly tenantId: number; readonly name: string })[]
  readonly rules: readonly (RulesCount & {
    readonly section: RuleSection
    readonly key: string
    readonly title: string
  })[]
}

export type RulesPreview = RulesEffect & {
  /** While the integration is paused nothing can be opened. */
  readonly pausedUntil: Date | null
  /** Events are not opened afterwards: what those of the last days would have come to, without repeats. */
  readonly events: RulesEffect & { readonly days: number }
}

/** Days of events that are looked at. */
const eventDays = 7
const dayMs = 86_400_000

/**
 * What the given rows would do if they were saved: how many tickets `open-held` would then open for what is wrong already, and how
 * many it would open with the rules as they are. Writes nothing. Refuses what `save-rules` would refuse; throws `RequestError`.
 */
export async function previewRules(deps: Deps, input: RulesChange): Promise<RulesPreview> {
  const { integrationId, rows, remove = [] } = input
  let ground = await loadRuleGround(deps, deps.pool, integrationId)
  if (ground.options === null && rows.some(({ enabled }) => enabled)) {
    await showOptions(deps, { psaId: ground.psaId })
    ground = await loadRuleGround(deps, deps.pool, integrationId)
  }
  const stand = await readRuleStand(deps.pool, integrationId)
  const integration = await deps.db
    .selectFrom('integrations')
    .select(['paused_until', 'repeats'])
    .where('id', '=', integrationId)
    .executeTakeFirst()
  if (stand === null || integration === undefined) throw notFound('integration', integrationId)
  await judgeRules(deps.pool, ground, stand, input)

  const stored = await ruleRowsOf(deps.pool, integrationId)
  const before = new Map([...stored].map(([place, { enabled }]) => [place, enabled]))
  const after = new Map(before)
  for (const { section, key } of remove) after.delete(`${section}/${key}`)
  for (const { section, key, enabled } of rows) after.set(`${section}/${key}`, enabled)

  const now = deps.clock.now()
  const ticketless = await countTicketless(deps.pool, integrationId)
  const events = await countEvents(deps.pool, integrationId, new Date(now.getTime() - eventDays * dayMs))
  const paused = integration.paused_until
  return {
    ...effectOf(
      ground,
      ticketless.map((one) => statusPart(one, before, after)),
    ),
    pausedUntil: paused !== null && paused > now ? paused : null,
    events: {
      days: eventDays,
      ...effectOf(
        ground,
        events.flatMap((one) => eventParts(ground, one, before, after, integration.repeats)),
      ),
    },
  }
}

/** Whether a row is on, by `section/key`; what is missing has no row. */
type Switches = ReadonlyMap<string, boolean>

/** What one row does at one client. */
type Part = RulesCount & {
  readonly tenantId: number
  readonly tenantName: string
  readonly section: RuleSection
  readonly key: string
}

function statusPart({ count, ...place }: HeldCount, before: Switches, after: Switches): Part {
  const row = `${place.section}/${place.key}`
  return { ...place, count: after.get(row) === true ? count : 0, before: before.get(row) === true ? count : 0 }
}

/** A row for the type decides before the row of the severity, also when it is off (core/rule.ts). */
function eventParts(
  ground: RuleGround,
  one: EventCount,
  before: Switches,
  after: Switches,
  repeats: 'note' | 'ticket',
): Part[] {
  const { tenantId, tenantName, type, severity } = one
  const tickets = repeats === 'note' ? one.computers : one.events
  const { followsSeverity, hasEnd } = ground.traits(type)
  // While it lasts it is among what is wrong already.
  if (hasEnd) return []
  const placeIn = (switches: Switches) =>
    switches.has(`event-type/${type}`) || !followsSeverity
      ? ({ section: 'event-type', key: type } as const)
      : ({ section: 'severity', key: severity } as const)
  const opened = (switches: Switches, { section, key }: { section: string; key: string }) =>
    switches.get(`${section}/${key}`) === true ? tickets : 0
  const [was, is] = [placeIn(before), placeIn(after)]
  return [
    { tenantId, tenantName, ...was, count: 0, before: opened(before, was) },
    { tenantId, tenantName, ...is, count: opened(after, is), before: 0 },
  ]
}

function effectOf(ground: RuleGround, all: readonly Part[]): RulesEffect {
  const parts = all.filter(({ count, before }) => count > 0 || before > 0)
  const clients = Map.groupBy(parts, ({ tenantId }) => tenantId)
  const rules = Map.groupBy(parts, ({ section, key }) => `${section}/${key}`)
  return {
    ...sumOf(parts),
    clients: [...clients].map(([tenantId, mine]) => ({ tenantId, name: mine[0]?.tenantName ?? '', ...countOf(mine) })),
    rules: [...rules.values()].flatMap((mine) => {
      const [first] = mine
      if (first === undefined) return []
      const { section, key } = first
      const { title } = ground.places[section].get(key) ?? ground.words(section, key)
      return [{ section, key, title, ...countOf(mine) }]
    }),
  }
}

function countOf(parts: readonly Part[]): RulesCount {
  const { total, before } = sumOf(parts)
  return { count: total, before }
}

function sumOf(parts: readonly Part[]): { total: number; before: number } {
  return parts.reduce((sum, part) => ({ total: sum.total + part.count, before: sum.before + part.before }), {
    total: 0,
    before: 0,
  })
}
