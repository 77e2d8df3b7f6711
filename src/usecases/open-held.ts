import type { SourceConnector } from '../connectors/source.ts'
import { type Decision, type DecisionReason, decideRequest } from '../core/decide.ts'
import { conditionIdentity } from '../core/identity.ts'
import { loadGround, type TenantGround } from '../db/ground.ts'
import { findHeld, holdJudging, loadHeld } from '../db/held.ts'
import { type HeldCondition, lockTickets, type UndoneTicket, wakeDesks } from '../db/judgement.ts'
import type { Client } from '../db/sql.ts'
import { withTransaction } from '../db/transaction.ts'
import type { Deps } from './deps.ts'
import { type HeldInput, previewHeld } from './preview-held.ts'
import { notFound, RequestError } from './request-error.ts'
import { writeAudit } from './write-audit.ts'
import { groundOf, type TicketSubject, writeDecisions } from './write-decisions.ts'

export type OpenHeld = HeldInput & {
  /** The total that the person saw. */
  readonly expected: number
}

export type HeldOpened = {
  readonly opened: number
  /** Of those that were expected, and got none: ended meanwhile, or another reason of `decideRequest`. */
  readonly notOpened: readonly { readonly reason: DecisionReason | 'ended-meanwhile'; readonly count: number }[]
}

/** Tickets opened in one transaction. */
const batchSize = 500

type Source = { readonly id: number; readonly name: string; readonly connector: SourceConnector | undefined }

/**
 * Opens tickets for what is wrong already: the explicit act after connecting a source, mapping a tenant or switching a rule on.
 * Throws `RequestError` (`count-changed`) when it is no longer what the person saw; then nothing is opened.
 */
export async function openHeld(deps: Deps, input: OpenHeld): Promise<HeldOpened> {
  const source = await deps.db
    .selectFrom('integrations as i')
    .innerJoin('sources as s', 's.id', 'i.source_id')
    .select(['s.id', 's.name', 's.connector', 'i.name as integration'])
    .where('i.id', '=', input.integrationId)
    .executeTakeFirst()
  if (source === undefined) throw notFound('integration', input.integrationId)
  const ids = await findHeld(deps.pool, input.integrationId, input.tenantId ?? null)
  if (ids.length !== input.expected) {
    const { total } = await previewHeld(deps, input)
    const message = `It would be ${total} tickets now, not ${input.expected}: look at the preview again. Nothing was opened.`
    throw new RequestError('count-changed', message, { total })
  }
  const from = { id: source.id, name: source.name, connector: deps.sources.get(source.connector) }
  const reasons: (DecisionReason | 'ended-meanwhile')[] = []
  for (let start = 0; start < ids.length; start += batchSize) {
    const batch = ids.slice(start, start + batchSize)
    const decisions = await withTransaction(deps.pool, async (client) => {
      const decided = await openBatch(deps, client, from, batch)
      const opened = decided.filter(({ outcome }) => outcome === 'open').length
      const subject = { kind: 'integration', id: input.integrationId, name: source.integration }
      const after = { tenantId: input.tenantId ?? null, opened, asked: batch.length }
      await writeAudit(deps, client, { action: 'open-held', subject, before: null, after })
      return decided
    })
    reasons.push(...decisions.map(({ outcome, reason }) => (outcome === 'open' ? 'opened-by-request' : reason)))
    for (let n = decisions.length; n < batch.length; n += 1) reasons.push('ended-meanwhile')
  }
  const counts = Map.groupBy(reasons, (reason) => reason)
  const opened = counts.get('opened-by-request')?.length ?? 0
  counts.delete('opened-by-request')
  deps.log.info({ ...input, opened }, 'tickets opened for what held before')
  return { opened, notOpened: [...counts].map(([reason, all]) => ({ reason, count: all.length })) }
}

async function openBatch(
  deps: Deps,
  client: Client,
  source: Source,
  ids: readonly number[],
): Promise<readonly Decision[]> {
  await holdJudging(client, source.id)
  const now = deps.clock.now()
  const held = await loadHeld(client, ids)
  const ground = await loadGround(client, [...new Set(held.map(({ tenantId }) => tenantId))])
  const about = held.flatMap((condition) => {
    const tenant = ground.get(condition.tenantId)
    if (tenant === undefined) return []
    const { computerKey, statusKey } = condition
    return [{ condition, tenant, identity: conditionIdentity(source.id, tenant.tenantKey, computerKey, statusKey) }]
  })
  const identities = about.flatMap(({ tenant, identity }) =>
    tenant.mapping === null ? [] : [{ psaId: tenant.mapping.integration.psaId, identity }],
  )
  const tickets = await lockTickets(client, ids, identities)
  const byIdentity = new Map(tickets.map((ticket) => [ticket.identity, ticket]))
  const subjects = about.map(({ condition, tenant, identity }) =>
    subjectOf(source, condition, tenant, identity, byIdentity.get(identity) ?? null),
  )
  const decisions = about.map(({ condition, tenant }, n) => {
    const ticket = subjects[n]?.ticket ?? null
    const open = ticket === null ? null : { ...ticket, known: ticket }
    const ofEvent = condition.eventSeverity !== null
    return decideRequest(condition.level, condition.statusKey, open, groundOf(tenant, now), ofEvent)
  })
  await wakeDesks(client, await writeDecisions(deps, client, subjects, decisions, now))
  return decisions
}

function subjectOf(
  source: Source,
  condition: HeldCondition,
  tenant: TenantGround,
  identity: string,
  ticket: UndoneTicket | null,
): TicketSubject {
  const { statusKey, computerKey, computerName, link, text, beganAt } = condition
  const words = source.connector?.describeStatus(statusKey)
  return {
    kind: condition.eventSeverity === null ? 'condition' : 'lasting',
    conditionId: condition.id,
    eventId: null,
    tenant,
    ticket,
    identity,
    sourceName: source.name,
    what: words?.title ?? statusKey,
    advice: words?.advice ?? '',
    detail: text,
    computerKey,
    computerName,
    link,
    levelTitle: null,
    since: beganAt,
  }
}
