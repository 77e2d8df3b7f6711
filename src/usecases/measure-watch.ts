import { ConnectorError } from '../connectors/failure.ts'
import { drillPartWords } from '../core/drill.ts'
import type { Measured, MeasuredPsa, MeasuredSource } from '../core/measured.ts'
import { countMessages } from '../db/alarm-messages.ts'
import { lastEndedDrills, loadDrillPlans } from '../db/drills.ts'
import { brokenRules, oldestDue } from '../db/status.ts'
import { loadProcessReports } from '../db/watch.ts'
import type { Deps } from './deps.ts'
import { mailboxIntervals, measureChannels } from './measure-channels.ts'
import { readSettings } from './open-connection.ts'
import { type DutyView, type PsaStatus, showConnections } from './show-status.ts'
import { roomForUnread } from './unread-room.ts'
import type { WatchSettings } from './watch-settings.ts'

/** A process that has not reported for so long has ended, in ms. */
export const reportKeptMs = 10 * 60_000

/** Reads everything that alarms are judged by, from the database alone. */
export async function measureWatch(deps: Deps, settings: WatchSettings): Promise<Measured> {
  const now = deps.clock.now()
  const { sources, psas, troubledTenants } = await showConnections(deps)
  const due = new Map((await oldestDue(deps.pool, now)).map((row) => [row.psaId, row.oldestAt]))
  const reports = await loadProcessReports(deps.pool, new Date(now.getTime() - reportKeptMs))
  const channels = await measureChannels(deps)
  const intervals = await pollIntervals(deps)
  const names = new Map([
    ...sources.map(({ id, name }): [string, string] => [`source/${id}`, name]),
    ...psas.map(({ id, name }): [string, string] => [`psa/${id}`, name]),
  ])
  const failed = new Map((await lastEndedDrills(deps.pool)).map((drill) => [drill.psaId, drill]))
  const plans = await loadDrillPlans(deps.pool)
  return {
    sources: sources.map(({ id, name, problem, duties }) => ({
      id,
      name,
      problem,
      polls: pollsOf(duties, intervals.get(id) ?? null),
      silentChannels: channels.silent.get(id) ?? [],
      unreadFill: intervals.get(id)?.unreadFill ?? 0,
    })),
    psas: psas.map((psa) => toPsa(psa, due.get(psa.id) ?? null)),
    tenants: troubledTenants
      .filter(({ mapped }) => mapped)
      .map(({ id, sourceId, name, failingSince, failingMessage: message, vanishedAt }) => ({
        id,
        sourceId,
        name,
        failingSince,
        message,
        vanishedAt,
      })),
    rules: await brokenRules(deps.pool),
    ends: [
      ...settings.secretEnds.flatMap(({ of, id, what, endsAt }) => {
        const subject = `${of}/${id}`
        const name = names.get(subject)
        if (name === undefined) return []
        return [{ kind: 'secret-expiring' as const, subject, name, what, endsAt: new Date(endsAt) }]
      }),
      ...certificatesOf(reports, names),
      ...channels.ends,
    ],
    processes: reports.map(({ process, report }) => ({ process, ...report })),
    drills: plans.map(({ psaId, psaName: name }) => {
      const drill = failed.get(psaId)
      const words =
        drill?.state === 'failed'
          ? `The drill at ${name} failed at ${drillPartWords[drill.part]}: ${drill.reason}`
          : null
      return { psaId, name, failed: words }
    }),
    webhook: settings.webhook.enabled
      ? await countMessages(deps.pool, now)
      : { oldestWaitingAt: null, failure: '', givenUp: 0 },
  }
}

type Intervals = {
  readonly computers: number
  readonly events: number
  readonly mailbox: number
  readonly unreadFill: number
}

/** How often each source is read, and how full it is with what nobody could read, where its settings can be read. */
async function pollIntervals(deps: Deps): Promise<Map<number, Intervals>> {
  const rows = await deps.db.selectFrom('sources').selectAll().execute()
  const mailboxes = await mailboxIntervals(deps)
  const found = new Map<number, Intervals>()
  for (const row of rows) {
    const connector = deps.sources.get(row.connector)
    if (connector === undefined) continue
    try {
      const settings = readSettings(deps, 'sources', row, connector.settings)
      const facts = connector.facts(settings)
      const rules = connector.pushed?.rules(settings)
      found.set(row.id, {
        computers: facts.computersEverySeconds,
        events: facts.eventsEverySeconds,
        mailbox: mailboxes.get(row.id) ?? 0,
        unreadFill: rules === undefined ? 0 : (await roomForUnread(deps, { id: row.id, rules })).fill,
      })
    } catch (error) {
      // Settings that cannot be read are a problem of the connection, which is found for itself.
      if (!(error instanceof ConnectorError)) throw error
    }
  }
  return found
}

function pollsOf(duties: readonly DutyView[], intervals: Intervals | null): MeasuredSource['polls'] {
  if (intervals === null) return []
  const found = {
    'poll-computers': { what: 'its computers', everySeconds: intervals.computers },
    'poll-events': { what: 'its events', everySeconds: intervals.events },
    'poll-mailbox': { what: 'its mailbox', everySeconds: intervals.mailbox },
  }
  return duties.flatMap(({ kind, lastGoodAt, lastDurationMs, failure }) => {
    const poll = found[kind as keyof typeof found]
    return [{ ...poll, lastGoodAt, lastDurationMs, failure: failure?.message ?? null }]
  })
}

function toPsa(psa: PsaStatus, oldestDueAt: Date | null): MeasuredPsa {
  const { id, name, problem, budget, tickets } = psa
  return {
    id,
    name,
    problem,
    budget: tightest(budget),
    stuck: tickets.stuck,
    due: tickets.due,
    oldestDueAt,
    trouble: troubleOf(psa),
  }
}

/** What we count ourselves, or what the vendor counts over all programs: whichever is nearer to its end. */
function tightest({ used, perHour, vendor }: PsaStatus['budget']): MeasuredPsa['budget'] {
  const others = vendor === null || perHour === null ? 0 : vendor.used / vendor.allowed
  return vendor !== null && perHour !== null && others > used / perHour
    ? { used: vendor.used, perHour: vendor.allowed }
    : { used, perHour }
}

/**
 * What a desk does to us now. A hold counts while it runs, and after it for as long as tickets wait for the next try;
 * a reading that fails counts too, since a desk without tickets is still read.
 */
function troubleOf({ heldUntil, heldFailure, duties, tickets }: PsaStatus): MeasuredPsa['trouble'] {
  const held = heldFailure !== null && (heldUntil !== null || tickets.due > 0) ? heldFailure : null
  const failure = held ?? duties.find((duty) => duty.failures > 0)?.failure ?? null
  if (failure === null) return null
  const kind = failure.kind === 'denied' || failure.kind === 'limited' ? failure.kind : 'unreachable'
  return { kind, message: failure.message }
}

function certificatesOf(
  reports: Awaited<ReturnType<typeof loadProcessReports>>,
  names: ReadonlyMap<string, string>,
): Measured['ends'] {
  const seen = reports.flatMap(({ report }) => report.certificates).toSorted((a, b) => (a.seenAt < b.seenAt ? -1 : 1))
  // What was seen last stands.
  const latest = new Map(seen.map(({ connection, endsAt }) => [connection, endsAt]))
  return [...latest].flatMap(([subject, endsAt]) => {
    const name = names.get(subject)
    if (name === undefined) return []
    const what = 'certificate of the server'
    return [{ kind: 'certificate-expiring' as const, subject, name, what, endsAt: new Date(endsAt) }]
  })
}
