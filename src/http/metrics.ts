import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Meter } from '../lib/meter.ts'
import type { StateMeasures } from '../usecases/measure-state.ts'

/** What this process counted, and gauges of the database that are filled when somebody asks. */
export type Metrics = {
  readonly meter: Meter
  readonly contentType: string
  /** The text for Prometheus. */
  text(state: StateMeasures): Promise<string>
}

/** Seconds; vendors answer in 0.05 to 60. */
const callBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const dutyBuckets = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600]

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `tocsin_${name}`, help, labelNames, registers })
  const decisions = counter('decisions_total', 'Decisions about conditions and events', ['outcome', 'reason'])
  const steps = counter('steps_total', 'Steps of tickets at their desks', ['step', 'reason', 'result'])
  const calls = counter('calls_total', 'Calls to vendors by HTTP status or failure', ['peer', 'connection', 'status'])
  const duties = counter('duties_total', 'Polls and readings that ended', ['kind', 'subject', 'result'])
  const heard = counter('channel_messages_total', 'Messages of syslog and mail by what became of them', [
    'channel',
    'source',
    'result',
  ])
  const callSeconds = new Histogram({
    name: 'tocsin_call_seconds',
    help: 'Time that calls to vendors took',
    labelNames: ['peer', 'connection'],
    buckets: callBuckets,
    registers,
  })
  const dutySeconds = new Histogram({
    name: 'tocsin_duty_seconds',
    help: 'Time that polls and readings took',
    labelNames: ['kind'],
    buckets: dutyBuckets,
    registers,
  })
  const showState = createStateGauges(registers)
  return {
    meter: {
      decided: (outcome, reason) => decisions.inc({ outcome, reason }),
      stepped: (step, reason, result) => steps.inc({ step, reason, result }),
      called(peer, connection, status, ms) {
        calls.inc({ peer, connection, status })
        callSeconds.observe({ peer, connection }, ms / 1_000)
      },
      polled(kind, subject, result, ms) {
        duties.inc({ kind, subject, result })
        dutySeconds.observe({ kind }, ms / 1_000)
      },
      heard: (channel, source, result, count) => heard.inc({ channel, source, result }, count),
    },
    contentType: registry.contentType,
    text(state) {
      showState(state)
      return registry.metrics()
    },
  }
}

/** Gauges are emptied each time, so that a connection that was deleted leaves nothing behind. */
function createStateGauges(registers: Registry[]): (state: StateMeasures) => void {
  const gauges: Gauge[] = []
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> => {
    const made = new Gauge({ name: `tocsin_${name}`, help, labelNames, registers })
    gauges.push(made as Gauge)
    return made
  }
  const conditions = gauge('conditions', 'Conditions that hold', ['source', 'level'])
  const tickets = gauge('tickets', 'Tickets that are not done', ['psa', 'state'])
  const due = gauge('tickets_due', 'Tickets with something to be done now', ['psa'])
  const stuck = gauge('tickets_stuck', 'Tickets that wait for a person', ['psa'])
  const age = gauge('poll_age_seconds', 'Time since a poll or reading last went well', ['connection', 'kind'])
  const duration = gauge('poll_duration_seconds', 'Duration of the last poll or reading', ['connection', 'kind'])
  const failures = gauge('poll_failures', 'Polls or readings that failed in a row', ['connection', 'kind'])
  const used = gauge('budget_used', 'Requests granted in the rolling hour', ['psa'])
  const allowed = gauge('budget_allowed', 'Requests allowed in a rolling hour', ['psa'])
  const capacity = gauge('budget_capacity', 'Requests of them that may be used, as other programs leave it', ['psa'])
  const vendorUsed = gauge('budget_vendor_used', "The vendor's own count over all programs, as last read", ['psa'])
  const added = gauge('added_latency_seconds', 'What the vendor adds to each call because of its count', ['psa'])
  const threads = gauge('threads', 'Calls that take one of those granted at once', ['psa', 'endpoint', 'state'])
  const backlog = gauge('backlog', 'Tickets that wait for a step', ['psa', 'lane'])
  const backlogSeconds = gauge('backlog_seconds', 'Time until what waits should be done; absent: not known', ['psa'])
  const held = gauge('psa_held', '1 while nothing is sent to the desk', ['psa'])
  const tenants = gauge('tenants', 'Tenants that a source lists, by state', ['source', 'state'])
  const removed = gauge('retention_removed_rows', 'Rows removed because they were old, since the beginning', ['table'])
  const houseAge = gauge('house_age_seconds', 'Time since a duty of no connection last went well', ['kind'])
  const houseFailures = gauge('house_failures', 'Failures in a row of a duty of no connection', ['kind'])
  const alarm = gauge('alarm', '1 for each alarm that holds', ['kind', 'subject', 'name', 'severity'])
  const watchAge = gauge('watch_age_seconds', 'Time since self-watch last ran', [])
  const waiting = gauge('webhook_waiting', 'Messages that wait for the webhook', [])
  const drillGood = gauge('drill_good', '1 when the last drill went well, 0 when it failed', ['psa'])
  const drillEnded = gauge('drill_ended_timestamp_seconds', 'When the last drill ended', ['psa'])
  const drillSeconds = gauge('drill_seconds', 'Time that each part of the last drill took', ['psa', 'part'])
  return (state) => {
    for (const each of gauges) each.reset()
    for (const { count, ...labels } of state.conditions) conditions.set(labels, count)
    for (const { count, ...labels } of state.tickets) tickets.set(labels, count)
    for (const { psa, count } of state.due) due.set({ psa }, count)
    for (const { psa, count } of state.stuck) stuck.set({ psa }, count)
    for (const { connection, kind, ageSeconds, durationSeconds, failures: inARow } of state.polls) {
      if (ageSeconds !== null) age.set({ connection, kind }, ageSeconds)
      if (durationSeconds !== null) duration.set({ connection, kind }, durationSeconds)
      failures.set({ connection, kind }, inARow)
    }
    for (const { psa, ...budget } of state.budget) {
      used.set({ psa }, budget.used)
      setKnown(allowed, { psa }, budget.perHour)
      setKnown(capacity, { psa }, budget.capacity)
      setKnown(vendorUsed, { psa }, budget.vendorUsed)
      setKnown(added, { psa }, budget.addedLatencySeconds)
    }
    for (const { count, ...labels } of state.threads) threads.set(labels, count)
    for (const { count, ...labels } of state.backlog) backlog.set(labels, count)
    for (const { psa, seconds } of state.backlogSeconds) setKnown(backlogSeconds, { psa }, seconds)
    for (const { psa, held: isHeld } of state.held) held.set({ psa }, isHeld ? 1 : 0)
    for (const { table, count } of state.removed) removed.set({ table }, count)
    for (const { kind, ageSeconds, failures: inARow } of state.house) {
      if (ageSeconds !== null) houseAge.set({ kind }, ageSeconds)
      houseFailures.set({ kind }, inARow)
    }
    for (const { count, ...labels } of state.tenants) tenants.set(labels, count)
    for (const labels of state.alarms) alarm.set(labels, 1)
    if (state.watch.ageSeconds !== null) watchAge.set(state.watch.ageSeconds)
    waiting.set(state.watch.messagesWaiting)
    for (const { psa, good, endedAt, parts } of state.drills) {
      drillGood.set({ psa }, good ? 1 : 0)
      drillEnded.set({ psa }, endedAt.getTime() / 1_000)
      for (const { part, seconds } of parts) drillSeconds.set({ psa, part }, seconds)
    }
  }
}

function setKnown(gauge: Gauge<'psa'>, labels: { psa: string }, value: number | null): void {
  if (value !== null) gauge.set(labels, value)
}
