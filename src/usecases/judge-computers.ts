import type { Catalogue, EventTraits } from '../connectors/source.ts'
import { type ConditionChange, type EndReason, judgeComputer, judgeDeparture } from '../core/condition.ts'
import { type Decision, decideCondition } from '../core/decide.ts'
import { conditionIdentity } from '../core/identity.ts'
import { removeComputers, saveComputers } from '../db/computers.ts'
import { type Duty, guardDuty } from '../db/duties.ts'
import { loadGround, type TenantGround } from '../db/ground.ts'
import {
  type ConditionUpdate,
  endConditions,
  findTicketed,
  type HeldCondition,
  insertConditions,
  loadHolding,
  lockTickets,
  type UndoneTicket,
  updateConditions,
  wakeDesks,
} from '../db/judgement.ts'
import type { Client } from '../db/sql.ts'
import type { StagedChange } from '../db/staging.ts'
import type { Deps } from './deps.ts'
import { groundOf, type TicketSubject, writeDecisions } from './write-decisions.ts'

/** What one poll knows of the source it reads. */
export type JudgedSource = {
  readonly id: number
  readonly name: string
  readonly catalogue: Catalogue
  readonly describeStatus: (key: string) => { title: string; advice: string }
  readonly describeEvent: (type: string) => EventTraits
  readonly namesAllReasons: boolean
}

export type Judged = { began: number; changed: number; ended: number; opened: number; closed: number }

export type JudgeOptions = {
  /** They are told because they just changed: what begins did not hold before Tocsin came, whatever was listed so far. */
  readonly news?: boolean
  /** Why reasons that are missing on a seen computer have ended. */
  readonly endsAs?: EndReason
  /** Reasons that were said to be over, by computer: no level hides them. */
  readonly over?: ReadonlyMap<string, ReadonlySet<string>>
}

/** A change together with the condition it is about; `id` is null until a begun one is stored. */
type Judgement = {
  change: ConditionChange
  tenantId: number
  computerKey: string
  computerName: string
  link: string
  held: HeldCondition | null
}

/**
 * Judges computers that differ from what is stored, and computers that are gone from lists read whole: what begins, what
 * ends, and what their tickets should be. One transaction, guarded by the poll's lease.
 */
export async function judgeComputers(
  deps: Deps,
  client: Client,
  duty: Duty,
  source: JudgedSource,
  seen: readonly StagedChange[],
  missing: readonly string[],
  { news = false, ...ends }: JudgeOptions = {},
): Promise<Judged> {
  await guardDuty(client, duty)
  const now = deps.clock.now()
  const holding = await loadHolding(client, source.id, [...seen.map(({ key }) => key), ...missing])
  const ground = await loadGround(client, [
    ...new Set([...seen.map(({ tenantId }) => tenantId), ...holding.map(({ tenantId }) => tenantId)]),
  ])
  const judgements = judgeAll(source, seen, missing, holding, ends)
  const isOld = (tenant: TenantGround | undefined) => !news && tenant?.baselineAt == null
  const begun = await storeConditions(client, source, judgements, (id) => isOld(ground.get(id)), now)
  const tickets = await loadTickets(client, source, judgements, ground)
  const ticketed = await findTicketed(
    client,
    judgements.flatMap(({ change, held }) => (change.kind === 'changed' && held !== null ? [held.id] : [])),
  )
  const subjects: TicketSubject[] = []
  const decisions: Decision[] = []
  for (const [n, judgement] of judgements.entries()) {
    const tenant = ground.get(judgement.tenantId)
    if (tenant === undefined) continue
    const conditionId = judgement.held?.id ?? begun.get(n) ?? null
    const ticket = tickets.of(judgement, tenant)
    const decision = decideCondition(
      judgement.change,
      ticket === null ? null : { ...ticket, known: ticket },
      groundOf(tenant, now),
      {
        heldBefore: isOld(tenant),
        hadTicket: conditionId !== null && ticketed.has(conditionId),
      },
    )
    decisions.push(decision)
    subjects.push(subjectOf(source, judgement, tenant, conditionId, ticket, now))
  }
  const desks = await writeDecisions(deps, client, subjects, decisions, now)
  await saveComputers(client, source.id, seen, now)
  await removeComputers(client, source.id, missing)
  await wakeDesks(client, desks)
  return tally(judgements, decisions)
}

function judgeAll(
  source: JudgedSource,
  seen: readonly StagedChange[],
  missing: readonly string[],
  holding: readonly HeldCondition[],
  { endsAs, over }: Pick<JudgeOptions, 'endsAs' | 'over'>,
): Judgement[] {
  const byComputer = Map.groupBy(holding, ({ computerKey }) => computerKey)
  const found = seen.flatMap((computer) => {
    const held = byComputer.get(computer.key) ?? []
    const here = held.filter(({ tenantId }) => tenantId === computer.tenantId)
    const elsewhere = held.filter(({ tenantId }) => tenantId !== computer.tenantId)
    return [
      ...joinChanges(judgeDeparture(elsewhere, 'computer-moved'), elsewhere, null),
      ...joinChanges(
        judgeComputer(here, computer, source.namesAllReasons, endsAs, over?.get(computer.key)),
        here,
        computer,
      ),
    ]
  })
  const gone = missing.flatMap((key) => {
    const held = byComputer.get(key) ?? []
    return joinChanges(judgeDeparture(held, 'computer-removed'), held, null)
  })
  return [...found, ...gone]
}

function joinChanges(
  changes: readonly ConditionChange[],
  held: readonly HeldCondition[],
  computer: StagedChange | null,
): Judgement[] {
  return changes.flatMap((change) => {
    const before = held.find(({ statusKey }) => statusKey === change.statusKey) ?? null
    const { tenantId, computerKey, computerName, link } =
      computer === null
        ? (before ?? { tenantId: 0, computerKey: '', computerName: '', link: '' })
        : { tenantId: computer.tenantId, computerKey: computer.key, computerName: computer.name, link: computer.link }
    return [{ change, tenantId, computerKey, computerName, link, held: before }]
  })
}

/** Writes the conditions; returns the ids of begun ones by their place in `judgements`. */
async function storeConditions(
  client: Client,
  source: JudgedSource,
  judgements: readonly Judgement[],
  isOld: (tenantId: number) => boolean,
  now: Date,
): Promise<Map<number, number>> {
  const begun = judgements.flatMap((judgement, place) => {
    const { change, tenantId, computerKey, computerName, link } = judgement
    if (change.kind !== 'began') return []
    const { statusKey, level, text } = change
    const heldBefore = isOld(tenantId)
    return [
      {
        place,
        row: {
          sourceId: source.id,
          tenantId,
          computerKey,
          computerName,
          statusKey,
          level,
          text,
          link,
          beganAt: now,
          heldBefore,
        },
      },
    ]
  })
  const ids = await insertConditions(
    client,
    begun.map(({ row }) => row),
  )
  await updateConditions(
    client,
    judgements.flatMap(({ change, held }): ConditionUpdate[] => {
      if (held === null) return []
      if (change.kind === 'hidden') return [{ id: held.id, level: held.level, text: held.text, hiddenSince: now }]
      if (change.kind === 'changed') return [{ id: held.id, level: change.level, text: change.text, hiddenSince: null }]
      return []
    }),
  )
  await endConditions(
    client,
    judgements.flatMap(({ change, held }) =>
      change.kind === 'ended' && held !== null ? [{ id: held.id, reason: change.reason }] : [],
    ),
    now,
  )
  return new Map(begun.flatMap(({ place }, n) => (ids[n] === undefined ? [] : [[place, ids[n]]])))
}

function conditionIdsOf(judgements: readonly Judgement[]): number[] {
  return judgements.flatMap(({ held }) => (held === null ? [] : [held.id]))
}

async function loadTickets(
  client: Client,
  source: JudgedSource,
  judgements: readonly Judgement[],
  ground: ReadonlyMap<number, TenantGround>,
): Promise<{ of(judgement: Judgement, tenant: TenantGround): UndoneTicket | null }> {
  const identities = judgements.flatMap((judgement) => {
    const tenant = ground.get(judgement.tenantId)
    if (tenant === undefined || tenant.mapping === null) return []
    return [{ psaId: tenant.mapping.integration.psaId, identity: identityOf(source, judgement, tenant) }]
  })
  const tickets = await lockTickets(client, conditionIdsOf(judgements), identities)
  const byCondition = new Map(tickets.map((ticket) => [ticket.conditionId, ticket]))
  const byIdentity = new Map(tickets.map((ticket) => [`${ticket.psaId}/${ticket.identity}`, ticket]))
  return {
    of(judgement, tenant) {
      const own = judgement.held === null ? undefined : byCondition.get(judgement.held.id)
      if (own !== undefined || tenant.mapping === null) return own ?? null
      return byIdentity.get(`${tenant.mapping.integration.psaId}/${identityOf(source, judgement, tenant)}`) ?? null
    },
  }
}

function identityOf(source: JudgedSource, judgement: Judgement, tenant: TenantGround): string {
  return conditionIdentity(source.id, tenant.tenantKey, judgement.computerKey, judgement.change.statusKey)
}

function subjectOf(
  source: JudgedSource,
  judgement: Judgement,
  tenant: TenantGround,
  conditionId: number | null,
  ticket: UndoneTicket | null,
  now: Date,
): TicketSubject {
  const { change, held, computerKey, computerName, link } = judgement
  const { title, advice } = source.describeStatus(change.statusKey)
  return {
    kind: 'condition',
    conditionId,
    eventId: null,
    tenant,
    ticket,
    identity: identityOf(source, judgement, tenant),
    sourceName: source.name,
    what: title,
    advice,
    detail: 'text' in change ? change.text : (held?.text ?? ''),
    computerKey,
    computerName,
    link,
    levelTitle: null,
    since: held?.beganAt ?? now,
  }
}

function tally(judgements: readonly Judgement[], decisions: readonly Decision[]): Judged {
  const changes = (kind: ConditionChange['kind']) => judgements.filter(({ change }) => change.kind === kind).length
  const outcomes = (outcome: Decision['outcome']) => decisions.filter((decision) => decision.outcome === outcome).length
  return {
    began: changes('began'),
    changed: changes('changed') + changes('hidden'),
    ended: changes('ended'),
    opened: outcomes('open'),
    closed: outcomes('close'),
  }
}
