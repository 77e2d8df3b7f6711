import type { Alarm } from '../core/alarm.ts'
import { toJson } from './json.ts'
import type { Sql } from './sql.ts'

/** The watch: when it ran, its settings, the alarms, and what processes report of themselves. */

export type WatchRow = {
  /** What differs from the defaults, as it was saved. */
  readonly settings: Record<string, unknown>
  /** Sealed. */
  readonly webhookSecret: string | null
  readonly lastRunAt: Date | null
  readonly resumedAt: Date | null
}

const watchColumns = `settings, webhook_secret as "webhookSecret", last_run_at as "lastRunAt", resumed_at as "resumedAt"`

/** `lock`: until the transaction ends, nobody else runs the watch or saves its settings. */
export async function loadWatch(sql: Sql, { lock = false }: { lock?: boolean } = {}): Promise<WatchRow> {
  const { rows } = await sql.query<WatchRow>(`select ${watchColumns} from watch${lock ? ' for update' : ''}`)
  const row = rows[0]
  if (row === undefined) throw new Error('The table “watch” has lost its row.')
  return row
}

export async function saveWatchSettings(sql: Sql, settings: object, webhookSecret: string | null): Promise<void> {
  await sql.query('update watch set settings = $1, webhook_secret = $2', [toJson(settings), webhookSecret])
}

export async function markWatchRun(sql: Sql, now: Date, resumedAt: Date): Promise<void> {
  await sql.query('update watch set last_run_at = $1, resumed_at = $2', [now, resumedAt])
}

const alarmColumns = `key, kind, subject, subject_name as name, severity, words, state, since, lowest,
  began_at as "beganAt", ended_at as "endedAt"`

export async function loadAlarms(sql: Sql): Promise<Alarm[]> {
  const { rows } = await sql.query<Alarm>(`select ${alarmColumns} from alarms order by key`)
  return rows
}

/** Alarms that hold, oldest first. */
export async function holdingAlarms(sql: Sql): Promise<Alarm[]> {
  const { rows } = await sql.query<Alarm>(
    `select ${alarmColumns} from alarms where state = 'holding' order by began_at, key`,
  )
  return rows
}

/** Alarms that held once, now or after `since`: what the source “Tocsin” lists. */
export async function shownAlarms(sql: Sql, since: Date): Promise<Alarm[]> {
  const { rows } = await sql.query<Alarm>(
    `select ${alarmColumns} from alarms
     where state = 'holding' or began_at is not null and ended_at >= $1 order by key`,
    [since],
  )
  return rows
}

export async function saveAlarms(sql: Sql, alarms: readonly Alarm[], forget: readonly string[]): Promise<void> {
  await sql.query(
    `insert into alarms (key, kind, subject, subject_name, severity, words, state, since, lowest, began_at, ended_at)
     select key, kind, subject, name, severity, words, state, since, lowest, "beganAt", "endedAt"
     from jsonb_to_recordset($1) as a(key text, kind text, subject text, name text, severity text, words text, state text,
       since timestamptz, lowest double precision, "beganAt" timestamptz, "endedAt" timestamptz)
     on conflict (key) do update set subject_name = excluded.subject_name, severity = excluded.severity,
       words = excluded.words, state = excluded.state, since = excluded.since, lowest = excluded.lowest,
       began_at = excluded.began_at, ended_at = excluded.ended_at`,
    [toJson(alarms)],
  )
  await sql.query('delete from alarms where key = any($1)', [forget])
}

/** Forgets alarms that ended before `before`, and what processes reported that are long gone. */
export async function forgetOldWatch(sql: Sql, before: Date, reportsBefore: Date): Promise<void> {
  await sql.query(`delete from alarms where state <> 'holding' and ended_at < $1`, [before])
  await sql.query('delete from alarm_messages where coalesce(delivered_at, given_up_at) < $1', [before])
  await sql.query('delete from process_reports where at < $1', [reportsBefore])
}

export type ProcessReport = {
  readonly diskFreeBytes: number | null
  readonly clocks: readonly { readonly of: string; readonly aheadMs: number }[]
  readonly certificates: readonly { readonly connection: string; readonly endsAt: string; readonly seenAt: string }[]
}

export async function saveProcessReport(sql: Sql, process: string, report: ProcessReport, now: Date): Promise<void> {
  await sql.query(
    `insert into process_reports (process, at, report) values ($1, $2, $3)
     on conflict (process) do update set at = excluded.at, report = excluded.report`,
    [process, now, toJson(report)],
  )
}

export async function loadProcessReports(
  sql: Sql,
  since: Date,
): Promise<{ process: string; at: Date; report: ProcessReport }[]> {
  const { rows } = await sql.query<{ process: string; at: Date; report: ProcessReport }>(
    'select process, at, report from process_reports where at >= $1 order by at',
    [since],
  )
  return rows
}

/** How far the database's clock is ahead of this machine's, in ms. In real time, whatever clock the caller goes by. */
export async function databaseClockAhead(sql: Sql): Promise<number> {
  const asked = Date.now()
  const { rows } = await sql.query<{ now: Date }>('select clock_timestamp() as now')
  return (rows[0]?.now.getTime() ?? asked) - (asked + Date.now()) / 2
}
