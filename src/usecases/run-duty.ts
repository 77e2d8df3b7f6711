import { ConnectorError, errorToFailure } from '../connectors/failure.ts'
import type { PsaOptions } from '../connectors/psa.ts'
import type { Failure } from '../core/failure.ts'
import { waitsForDesks } from '../db/desk-finds.ts'
import { claimDuty, type Duty, type DutyKinds, finishDuty, LostLeaseError, renewDuty } from '../db/duties.ts'
import { loadPsa, presentLimit } from '../db/psas.ts'
import { loadSource } from '../db/sources.ts'
import { conductDrill } from './conduct-drill.ts'
import type { Deps } from './deps.ts'
import { isNews } from './duty-news.ts'
import { forgetOld } from './forget-old.ts'
import { createGovernor } from './governor.ts'
import { keepHouse } from './keep-house.ts'
import { noOptions, openPsa, openSource } from './open-connection.ts'
import { pollComputers } from './poll-computers.ts'
import { pollEvents } from './poll-events.ts'
import { pollMailbox } from './poll-mailbox.ts'
import { readChanges } from './read-changes.ts'
import { readOptions } from './read-options.ts'
import { readUsage } from './read-usage.ts'
import { recoverDesk, recoveryDelay } from './recover-desk.ts'
import { registerHints } from './register-hints.ts'
import { rereadUnread } from './reread-unread.ts'
import { settleFinds } from './settle-finds.ts'
import { settleInbox } from './settle-inbox.ts'
import { tellWebhook } from './tell-webhook.ts'
import { watchSelf } from './watch-self.ts'

/** How long a worker may go without renewing a duty before another takes it over. */
const dutyLeaseMs = 60_000
const renewEveryMs = 15_000
const houseEverySeconds = 10 * 60
const forgetEverySeconds = 3_600
/** While a run leaves something to the next one. */
const forgetMoreSeconds = 60
const watchEverySeconds = 60
/** A failed duty is tried again after this, doubled with each failure, at most its own interval or ten minutes. */
const retrySeconds = 15
/** After a restore a source is read once its desks were asked; one that cannot be asked does not hold it up for longer. */
const waitForDesksMs = 20 * 60_000
/** How long a connection rests whose credentials were refused once, twice, and again. A server that starts refuses them too. */
const credentialsSeconds = [900, 3_600, 3_600]

type Ended = { readonly detail: object; readonly everySeconds: number }

/** Claims and begins the duty, of these kinds, that has waited longest; null when none is due. */
export async function beginNextDuty(
  deps: Deps,
  signal: AbortSignal,
  kinds?: DutyKinds,
): Promise<{ readonly done: Promise<void> } | null> {
  const duty = await claimDuty(deps.pool, deps.ids.uuid(), deps.clock.now(), dutyLeaseMs, kinds)
  return duty === null ? null : { done: runDuty(deps, duty, signal) }
}

/** Runs the duty that has waited longest to its end; false when none is due. */
export async function runNextDuty(deps: Deps, signal: AbortSignal): Promise<boolean> {
  if (deps.clock.isSure?.() === false) return false
  const begun = await beginNextDuty(deps, signal)
  await begun?.done
  return begun !== null
}

/** Runs one claimed duty to its end and stores how it went. Never throws but for a fault of our own database. */
async function runDuty(deps: Deps, duty: Duty, signal: AbortSignal): Promise<void> {
  const log = deps.log.child({ duty: duty.kind, subject: duty.subjectId })
  const begun = performance.now()
  const lease = new AbortController()
  const renewing = setInterval(() => {
    renewDuty(deps.pool, duty, deps.clock.now(), dutyLeaseMs).then(
      (ours) => ours || lease.abort(),
      (error: unknown) => log.warn({ err: error }, 'the lease could not be renewed'),
    )
  }, renewEveryMs)
  let failure: Failure | null = null
  let ended: Ended = { detail: {}, everySeconds: 60 }
  try {
    ended = await work(deps, duty, AbortSignal.any([signal, lease.signal]))
  } catch (error) {
    if (error instanceof LostLeaseError || lease.signal.aborted) {
      log.warn({}, 'another worker has taken over')
      return
    }
    if (!(error instanceof ConnectorError)) log.error({ err: error }, 'unexpected fault')
    failure = errorToFailure(error)
  } finally {
    clearInterval(renewing)
  }
  const durationMs = performance.now() - begun
  const now = deps.clock.now()
  const dueAt = new Date(now.getTime() + pauseSeconds(duty, ended.everySeconds, failure, now) * 1_000)
  await finishDuty(deps.pool, duty, { failure, detail: ended.detail, durationMs }, now, dueAt)
  deps.meter.polled(duty.kind, String(duty.subjectId), failure === null ? 'good' : 'failed', durationMs)
  const fields = { durationMs: Math.round(durationMs), ...ended.detail }
  if (failure === null) log[isNews(duty, ended.detail, now) ? 'info' : 'debug'](fields, 'duty done')
  else log.warn({ ...fields, kind: failure.kind, reason: failure.reason, message: failure.message }, 'duty failed')
}

function pauseSeconds(duty: Duty, everySeconds: number, failure: Failure | null, now: Date): number {
  if (failure === null) return everySeconds
  if (failure.until !== null) return Math.max(1, (failure.until.getTime() - now.getTime()) / 1_000)
  // Each try with a wrong password brings the account nearer to being blocked; saving the settings tries at once.
  if (failure.reason === 'bad-credentials') return credentialsSeconds[Math.min(duty.failures, 2)] ?? 0
  return Math.min(retrySeconds * 2 ** Math.min(duty.failures, 6), 600)
}

async function work(deps: Deps, duty: Duty, signal: AbortSignal): Promise<Ended> {
  switch (duty.kind) {
    case 'poll-computers':
    case 'poll-events':
      return pollSource(deps, duty, signal)
    case 'read-changes':
    case 'read-options':
      return readDesk(deps, duty, signal)
    case 'watch-self':
      return { detail: await watchSelf(deps, duty), everySeconds: watchEverySeconds }
    case 'tell-webhook':
      return tellWebhook(deps, signal)
    case 'poll-mailbox':
      return pollMailbox(deps, duty, signal)
    case 'conduct-drill':
      return conductDrill(deps, duty)
    case 'keep-house':
      return { detail: await keepHouse(deps), everySeconds: houseEverySeconds }
    case 'forget-old': {
      const { removed, isDone } = await forgetOld(deps, signal)
      const rows = Object.values(removed).reduce((sum, count) => sum + count, 0)
      return { detail: { rows, ...removed }, everySeconds: isDone ? forgetEverySeconds : forgetMoreSeconds }
    }
  }
}

async function pollSource(deps: Deps, duty: Duty, signal: AbortSignal): Promise<Ended> {
  const row = await loadSource(deps.pool, duty.subjectId)
  if (row === null) return { detail: { gone: true }, everySeconds: houseEverySeconds }
  const patience = new Date(deps.clock.now().getTime() - waitForDesksMs)
  if (duty.kind === 'poll-computers' && (await waitsForDesks(deps.pool, row.id, patience))) {
    return { detail: { waitsForDesks: true }, everySeconds: retrySeconds }
  }
  const open = openSource(deps, row, signal)
  const facts = open.connector.facts(open.settings)
  await open.close()
  if (open.connector.pushed !== undefined) {
    const { isDone, ...detail } = await settleInbox(deps, duty, row, signal)
    if (duty.kind === 'poll-computers') return { detail, everySeconds: isDone ? facts.eventsEverySeconds : 0 }
    const { isDone: isReread, ...reread } = await rereadUnread(deps, duty, signal)
    const fields = reread.reread === 0 ? detail : { ...detail, ...reread }
    const isOver = isDone && isReread && reread.found === 0
    return { detail: fields, everySeconds: isOver ? facts.eventsEverySeconds : 0 }
  }
  if (duty.kind === 'poll-computers') {
    return { detail: await pollComputers(deps, duty, row, signal), everySeconds: facts.computersEverySeconds }
  }
  return { detail: await pollEvents(deps, duty, row, signal), everySeconds: facts.eventsEverySeconds }
}

async function readDesk(deps: Deps, duty: Duty, signal: AbortSignal): Promise<Ended> {
  const row = await loadPsa(deps.pool, duty.subjectId)
  if (row === null) return { detail: { gone: true }, everySeconds: houseEverySeconds }
  const options = (row.options as PsaOptions | null) ?? noOptions
  const probe = openPsa(
    deps,
    row,
    { options, generals: row.generals },
    { acquire: async () => () => undefined },
    signal,
  )
  const facts = probe.connector.facts(probe.settings)
  await probe.close()
  const { threadsPerEndpoint: threads, requestsPerHour: perHour, callTimeoutMs, longestCallMs } = facts
  const governor = createGovernor(deps, row.id, { threads, perHour, callTimeoutMs, longestCallMs })
  const open = openPsa(deps, row, { options, generals: row.generals }, governor, signal)
  try {
    const limit = await presentLimit(deps.pool, row.id, deps.clock.now())
    // Where others use up the vendor's limit, its count is what ends the wait.
    const tellsUsage = duty.kind === 'read-changes' && perHour > 0 && probe.connector.readUsage !== undefined
    if (tellsUsage && (limit === null || limit.reason === 'budget-used')) {
      await readUsage(deps, duty, row, governor, perHour, signal)
    }
    if (limit !== null) throw new ConnectorError('limited', limit.reason, limit.message, { until: limit.until })
    if (duty.kind === 'read-options') {
      const { everySeconds, ...detail } = await readOptions(deps, row, open, duty)
      return { detail: { ...detail, ...(await registerHints(deps, open)) }, everySeconds }
    }
    const delay = recoveryDelay(row, facts, deps.clock.now())
    if (delay !== null && delay > 0) return { detail: { waitsForCalls: true }, everySeconds: delay / 1_000 }
    if (row.recoverSince !== null) await recoverDesk(deps, duty, row, row.recoverSince, open)
    const detail = await readChanges(deps, duty, row, open)
    await settleFinds(deps, duty, row, open)
    return { detail, everySeconds: facts.changesEverySeconds }
  } finally {
    await open.close()
    await governor.stop()
  }
}
