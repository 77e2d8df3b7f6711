import { type AlarmKind, alarmKey, type Finding } from './alarm.ts'
import { databaseClock, type Measured, type MeasuredPsa, type MeasuredSource, type MeasuredTenant } from './measured.ts'
import { formatMinute } from './texts.ts'
import type { WatchThresholds } from './watch-thresholds.ts'

/** What is wrong with this installation, from what was measured and the thresholds. No state, no clock of its own. */

/** Above this many of one source there is one alarm for all: a server with thousands of clients must not raise thousands. */
const mostTenantAlarms = 10
/** An alarm about the budget ends only when the use has fallen this far below the threshold, in per cent. */
const budgetReturn = 10
/** A server that starts anew, or waits for a port, needs a moment. */
const channelMinutes = 5
const minuteMs = 60_000
const dayMs = 86_400_000

/** All findings. `holding`: keys of alarms that hold, for those that end later than they begin. */
export function findAlarms(
  measured: Measured,
  thresholds: WatchThresholds,
  holding: ReadonlySet<string>,
  now: Date,
): Finding[] {
  const silent = measured.sources.flatMap((source) => findSilence(source, thresholds, now))
  const silentIds = new Set(silent.map(({ subject }) => subject))
  return [
    ...silent,
    ...measured.sources.flatMap(findSilentChannels),
    ...measured.sources.flatMap(findFullUnread),
    ...[...measured.sources.map(withPlace('source')), ...measured.psas.map(withPlace('psa'))].flatMap(findUnusable),
    ...findTenants(
      measured.tenants.filter(({ sourceId }) => !silentIds.has(`source/${sourceId}`)),
      measured.sources,
      thresholds,
    ),
    ...measured.psas.flatMap((psa) => findDesk(psa, thresholds, holding, now)),
    ...measured.rules.map(({ integrationId, name, count, first }) =>
      finding(
        'rules-broken',
        `integration/${integrationId}`,
        name,
        `${countOf(count, 'rule')} that ${isAre(count)} on no longer ${count === 1 ? 'fits' : 'fit'} the desk: ${first}`,
      ),
    ),
    ...measured.ends.flatMap((end) => findEnd(end, thresholds, now)),
    ...measured.processes.flatMap((process) => findMachine(process, thresholds)),
    ...measured.drills.flatMap(({ psaId, name, failed }) =>
      failed === null
        ? []
        : [{ ...finding('drill-failed', `psa/${psaId}`, name, failed), severity: 'critical' as const }],
    ),
    ...findWebhook(measured.webhook, thresholds),
  ]
}

function finding(kind: AlarmKind, subject: string, name: string, words: string, minutes = 0): Finding {
  return { kind, subject, name, severity: 'warning', words, since: null, minutes }
}

function findSilence({ id, name, problem, polls }: MeasuredSource, thresholds: WatchThresholds, now: Date): Finding[] {
  if (problem !== null) return []
  const quiet = polls.flatMap(({ what, everySeconds, lastGoodAt, lastDurationMs, failure }) => {
    // A poll that is meant to come once in a while, or takes its time, is not silence.
    const usual = (2 * everySeconds * 1_000 + (lastDurationMs ?? 0)) / minuteMs
    const minutes = Math.max(thresholds.sourceSilentMinutes, Math.ceil(usual))
    if (lastGoodAt !== null && lastGoodAt.getTime() + minutes * minuteMs > now.getTime()) return []
    const last = lastGoodAt === null ? 'yet' : `since ${formatMinute(lastGoodAt)}`
    const why = failure === null ? 'It was not even tried: see that a worker runs.' : `The last one failed: ${failure}`
    return [{ lastGoodAt, minutes, words: `No good reading of ${what} ${last}. ${why}` }]
  })
  const [worst] = quiet.toSorted((a, b) => (a.lastGoodAt?.getTime() ?? 0) - (b.lastGoodAt?.getTime() ?? 0))
  if (worst === undefined) return []
  const words = quiet.map((one) => one.words).join(' ')
  const { lastGoodAt: since, minutes } = worst
  return [{ ...finding('source-silent', `source/${id}`, name, words, minutes), severity: 'critical', since }]
}

function findSilentChannels({ id, name, silentChannels }: MeasuredSource): Finding[] {
  if (silentChannels.length === 0) return []
  const words = silentChannels.map(({ what, message }) => `Nothing listens for ${what}. ${message}`).join(' ')
  return [{ ...finding('channel-silent', `source/${id}`, name, words, channelMinutes), severity: 'critical' }]
}

/** There is time to do something while this much of the room is taken. */
const unreadFills = 0.8

function findFullUnread({ id, name, unreadFill }: MeasuredSource): Finding[] {
  if (unreadFill < unreadFills) return []
  const isFull = unreadFill >= 1
  const words = isFull
    ? `${name} has no room for more that nobody could read or whose company is not known: senders are asked to try again later.`
    : `More than ${unreadFills * 100} % of the room is taken at ${name} for what nobody could read or whose company is not known.`
  return [{ ...finding('unread-full', `source/${id}`, name, words), severity: isFull ? 'critical' : 'warning' }]
}

type Place = { readonly subject: string; readonly name: string; readonly problem: string | null }

function withPlace(table: 'source' | 'psa') {
  return ({ id, name, problem }: { id: number; name: string; problem: string | null }): Place => ({
    subject: `${table}/${id}`,
    name,
    problem,
  })
}

function findUnusable({ subject, name, problem }: Place): Finding[] {
  if (problem === null) return []
  return [{ ...finding('connection-unusable', subject, name, problem), severity: 'critical' }]
}

function findTenants(
  tenants: readonly MeasuredTenant[],
  sources: readonly MeasuredSource[],
  { tenantSilentMinutes: minutes }: WatchThresholds,
): Finding[] {
  return [...Map.groupBy(tenants, ({ sourceId }) => sourceId)].flatMap(([sourceId, ofSource]) => {
    const source = sources.find(({ id }) => id === sourceId)?.name ?? ''
    const gone = ofSource.filter(({ vanishedAt }) => vanishedAt !== null)
    const failing = ofSource.filter(({ vanishedAt, failingSince }) => vanishedAt === null && failingSince !== null)
    return [
      ...together('tenant-silent', sourceId, source, failing, minutes, ({ name, failingSince, message }) => ({
        since: failingSince,
        words: `“${name}” of ${source} does not answer: ${message ?? 'no reason was given'} Nothing of it is taken to be over.`,
      })),
      ...together('tenant-vanished', sourceId, source, gone, minutes, ({ name, vanishedAt }) => ({
        since: vanishedAt,
        words: `“${name}” is no longer listed by ${source}. Its tickets stay as they are until you decide.`,
      })),
    ]
  })
}

function together(
  kind: 'tenant-silent' | 'tenant-vanished',
  sourceId: number,
  source: string,
  tenants: readonly MeasuredTenant[],
  minutes: number,
  toPart: (tenant: MeasuredTenant) => { since: Date | null; words: string },
): Finding[] {
  if (tenants.length <= mostTenantAlarms) {
    return tenants.map((tenant) => ({
      ...finding(kind, `tenant/${tenant.id}`, tenant.name, '', minutes),
      ...toPart(tenant),
    }))
  }
  const parts = tenants.map(toPart)
  const since = new Date(Math.min(...parts.map((part) => part.since?.getTime() ?? Number.POSITIVE_INFINITY)))
  const names = tenants.slice(0, mostTenantAlarms).map(({ name }) => `“${name}”`)
  const what = kind === 'tenant-silent' ? 'do not answer' : 'are no longer listed'
  const words = `${tenants.length} mapped clients of ${source} ${what}, among them ${names.join(', ')}.`
  return [{ ...finding(kind, `source/${sourceId}`, source, words, minutes), since }]
}

const troubleKinds = {
  denied: { kind: 'psa-refusing', severity: 'critical', minutes: 'psaRefusingMinutes' },
  unreachable: { kind: 'psa-unreachable', severity: 'critical', minutes: 'psaUnreachableMinutes' },
  limited: { kind: 'psa-limited', severity: 'warning', minutes: 'psaLimitedMinutes' },
} as const

function findDesk(psa: MeasuredPsa, thresholds: WatchThresholds, holding: ReadonlySet<string>, now: Date): Finding[] {
  const { id, name, trouble, stuck, budget, due, oldestDueAt } = psa
  const subject = `psa/${id}`
  const found: Finding[] = []
  if (trouble !== null && psa.problem === null) {
    const { kind, severity, minutes } = troubleKinds[trouble.kind]
    found.push({ ...finding(kind, subject, name, trouble.message, thresholds[minutes]), severity })
  }
  if (stuck > 0) {
    const words = `${countOf(stuck, 'ticket')} ${isAre(stuck)} stuck at ${name}: each waits for a person.`
    found.push(finding('tickets-stuck', subject, name, words, thresholds.ticketsStuckMinutes))
  }
  if (budget.perHour !== null) {
    const percent = (budget.used * 100) / budget.perHour
    const held = holding.has(alarmKey('budget-low', subject))
    if (percent >= thresholds.budgetPercent - (held ? budgetReturn : 0)) {
      const words = `${name} allows ${budget.perHour} requests an hour, and more than ${thresholds.budgetPercent - (held ? budgetReturn : 0)} % of them are used.`
      found.push(finding('budget-low', subject, name, words))
    }
  }
  const waiting = oldestDueAt === null ? 0 : now.getTime() - oldestDueAt.getTime()
  if (trouble === null && psa.problem === null && waiting >= thresholds.backlogMinutes * minuteMs) {
    const words = `Tickets have been due at ${name} for more than ${thresholds.backlogMinutes} minutes, and they do not become fewer.`
    found.push({
      ...finding('backlog-stands', subject, name, words, thresholds.backlogMinutes),
      severity: 'critical',
      value: due,
    })
  }
  return found
}

function findEnd(end: Measured['ends'][number], { secretDays }: WatchThresholds, now: Date): Finding[] {
  const left = end.endsAt.getTime() - now.getTime()
  if (left > secretDays * dayMs) return []
  const verb = left <= 0 ? 'ended' : 'ends'
  const words = `The ${end.what} of ${end.name} ${verb} at ${formatMinute(end.endsAt)}.`
  return [{ ...finding(end.kind, end.subject, end.name, words), severity: left <= dayMs ? 'critical' : 'warning' }]
}

function findMachine(
  { process, diskFreeBytes, clocks }: Measured['processes'][number],
  thresholds: WatchThresholds,
): Finding[] {
  const found: Finding[] = []
  if (diskFreeBytes !== null && diskFreeBytes < thresholds.diskFreeMegabytes * 1024 * 1024) {
    const words = `Less than ${thresholds.diskFreeMegabytes} MB are free on the disk of the embedded database. When it is full, nothing can be stored.`
    found.push({ ...finding('disk-low', 'database', 'Embedded database', words), severity: 'critical' })
  }
  const off = clockWords(process, clocks, thresholds.clockSeconds)
  if (off !== null) {
    found.push({ ...finding('clock-off', `process/${process}`, `Process ${process}`, off), severity: 'critical' })
  }
  return found
}

/** Where the clock of one vendor agrees, ours is right; the database may stand on our machine, or on a wrong one. */
function clockWords(
  process: string,
  clocks: Measured['processes'][number]['clocks'],
  clockSeconds: number,
): string | null {
  const isOff = ({ aheadMs }: { aheadMs: number }) => Math.abs(aheadMs) > clockSeconds * 1_000
  const vendors = clocks.filter(({ of }) => of !== databaseClock)
  const [first] = vendors
  if (first !== undefined && vendors.every(isOff)) {
    const side = first.aheadMs > 0 ? 'behind' : 'ahead of'
    const others = vendors.map(({ of }) => of).join(', ')
    return `The clock of process ${process} is more than ${clockSeconds} s ${side} every clock that it sees: ${others}.`
  }
  return clocks.some((clock) => clock.of === databaseClock && isOff(clock))
    ? `The clocks of process ${process} and of the database differ by more than ${clockSeconds} s.`
    : null
}

function findWebhook(
  { oldestWaitingAt, failure, givenUp }: Measured['webhook'],
  { webhookMinutes }: WatchThresholds,
): Finding[] {
  if (oldestWaitingAt === null && givenUp === 0) return []
  const lost =
    givenUp === 0 ? '' : ` ${countOf(givenUp, 'message')} of the last day ${givenUp === 1 ? 'was' : 'were'} given up.`
  const words = `Messages for the webhook cannot be delivered: ${failure || 'they were not tried yet.'}${lost}`
  return [{ ...finding('webhook-failing', 'webhook', 'Webhook', words, webhookMinutes), since: oldestWaitingAt }]
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function isAre(count: number): string {
  return count === 1 ? 'is' : 'are'
}
