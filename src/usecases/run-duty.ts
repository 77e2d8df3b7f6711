import { ConnectorError, errorToFailure } from '../connectors/failure.ts'
import type { PsaOptions } from '../connectors/psa.ts'
import type { Failure } from '../core/failure.ts'
import { claimDuty, type Duty, finishDuty, LostLeaseError, renewDuty } from '../db/duties.ts'
import { loadPsa, presentLimit } from '../db/psas.ts'
import { loadSource } from '../db/sources.ts'
import type { Deps } from './deps.ts'
import { createGovernor } from './governor.ts'
import { keepHouse } from './keep-house.ts'
import { noOptions, openPsa, openSource } from './open-connection.ts'
import { pollComputers } from './poll-computers.ts'
import { pollEvents } from './poll-events.ts'
import { readChanges } from './read-changes.ts'
import { readOptions } from './read-options.ts'

/** How long a worker may go without renewing a duty before another takes it over. */
const dutyLeaseMs = 60_000
const renewEveryMs = 15_000
const optionsEverySeconds = 15 * 60
const houseEverySeconds = 10 * 60
/** A failed duty is tried again after this, doubled with each failure, at most its own interval or ten minutes. */
const retrySeconds = 15
/** How long a connection rests whose credentials were refused once, twice, and again. A server that starts refuses them too. */
const credentialsSeconds = [900, 3_600, 3_600]

type Ended = { readonly detail: object; readonly everySeconds: number }

/** Runs the duty that has waited longest; false when none is due. */
export async function runNextDuty(deps: Deps, signal: AbortSignal): Promise<boolean> {
  const duty = await claimDuty(deps.pool, deps.ids.uuid(), deps.clock.now(), dutyLeaseMs)
  if (duty === null) return false
  await runDuty(deps, duty, signal)
  return true
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
  if (failure === null) log.info(fields, 'duty done')
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
    case 'keep-house':
      return { detail: await keepHouse(deps), everySeconds: houseEverySeconds }
  }
}

async function pollSource(deps: Deps, duty: Duty, signal: AbortSignal): Promise<Ended> {
  const row = await loadSource(deps.pool, duty.subjectId)
  if (row === null) return { detail: { gone: true }, everySeconds: houseEverySeconds }
  const open = openSource(deps, row, signal)
  const facts = open.connector.facts(open.settings)
  await open.close()
  if (duty.kind === 'poll-computers') {
    return { detail: await pollComputers(deps, duty, row, signal), everySeconds: facts.computersEverySeconds }
  }
  return { detail: await pollEvents(deps, duty, row, signal), everySeconds: facts.eventsEverySeconds }
}

async function readDesk(deps: Deps, duty: Duty, signal: AbortSignal): Promise<Ended> {
  const row = await loadPsa(deps.pool, duty.subjectId)
  if (row === null) return { detail: { gone: true }, everySeconds: houseEverySeconds }
  const limit = await presentLimit(deps.pool, row.id, deps.clock.now())
  if (limit !== null) throw new ConnectorError('limited', limit.reason, limit.message, { until: limit.until })
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
  const { threadsPerEndpoint: threads, requestsPerHour: perHour, callTimeoutMs } = facts
  const governor = createGovernor(deps, row.id, { threads, perHour, callTimeoutMs })
  const open = openPsa(deps, row, { options, generals: row.generals }, governor, signal)
  try {
    if (duty.kind === 'read-options')
      return { detail: await readOptions(deps, open), everySeconds: optionsEverySeconds }
    const detail = await readChanges(deps, row, open, duty.sweptTo)
    return { detail, everySeconds: facts.changesEverySeconds }
  } finally {
    await open.close()
    await governor.stop()
  }
}
