/**
 * What is wrong with this installation itself. Findings say what is so at one moment; judging them against what was known
 * says which alarms begin, hold and end. Pure: the same findings twice change nothing.
 */

export type AlarmSeverity = 'warning' | 'critical'

export type AlarmKind =
  | 'source-silent'
  | 'channel-silent'
  | 'unread-full'
  | 'tenant-silent'
  | 'tenant-vanished'
  | 'psa-refusing'
  | 'psa-unreachable'
  | 'psa-limited'
  | 'connection-unusable'
  | 'tickets-stuck'
  | 'budget-low'
  | 'backlog-stands'
  | 'rules-broken'
  | 'secret-expiring'
  | 'certificate-expiring'
  | 'disk-low'
  | 'clock-off'
  | 'drill-failed'
  | 'webhook-failing'
  | 'watch-silent'

/** Something that is so now. */
export type Finding = {
  readonly kind: AlarmKind
  /** What it is about: `source/1`, `tenant/7`, `psa/2`, `integration/3`, `process/<id>`, `tocsin`. */
  readonly subject: string
  readonly name: string
  readonly severity: AlarmSeverity
  /** What is the matter and what to do. */
  readonly words: string
  /** Since when, where that is known; null: since it was first found. */
  readonly since: Date | null
  /** How long it must be so before it is an alarm. */
  readonly minutes: number
  /** For what is an alarm only while it does not shrink. */
  readonly value?: number
}

export type AlarmState = 'pending' | 'holding' | 'ended'

/** An alarm as it is kept. `beganAt` is null until it first held. */
export type Alarm = {
  readonly key: string
  readonly kind: AlarmKind
  readonly subject: string
  readonly name: string
  readonly severity: AlarmSeverity
  readonly words: string
  readonly state: AlarmState
  readonly since: Date
  readonly lowest: number | null
  readonly beganAt: Date | null
  readonly endedAt: Date | null
}

export type AlarmChange = {
  readonly what: 'began' | 'changed' | 'ended'
  readonly alarm: Alarm
}

/** Alarms to store, keys to forget (what was pending and is over), and what there is to tell. */
export type AlarmJudgement = {
  readonly save: readonly Alarm[]
  readonly forget: readonly string[]
  readonly changes: readonly AlarmChange[]
}

export function alarmKey(kind: AlarmKind, subject: string): string {
  return `${kind}/${subject}`
}

/**
 * Judges what is so now against what was known. `resumedAt`: nobody watched before; what came to pass until then gets its
 * time from there on, so that a start after a long stop does not raise an alarm about what the first poll will mend. An alarm that
 * holds is not touched by that.
 */
export function judgeAlarms(
  findings: readonly Finding[],
  known: readonly Alarm[],
  resumedAt: Date,
  now: Date,
): AlarmJudgement {
  const before = new Map(known.map((alarm) => [alarm.key, alarm]))
  const save: Alarm[] = []
  const changes: AlarmChange[] = []
  for (const finding of findings) {
    const key = alarmKey(finding.kind, finding.subject)
    const old = before.get(key)
    before.delete(key)
    const alarm = follow(key, finding, old, resumedAt, now)
    if (old === undefined || differs(old, alarm)) save.push(alarm)
    if (alarm.state !== 'holding') {
      // What began to shrink again is over, though it is found still.
      if (old?.state === 'holding') changes.push({ what: 'ended', alarm: ended(old, now) })
    } else if (old?.state !== 'holding') changes.push({ what: 'began', alarm })
    else if (old.severity !== alarm.severity) changes.push({ what: 'changed', alarm })
  }
  const forget: string[] = []
  for (const old of before.values()) {
    if (old.state === 'pending' && old.endedAt === null) forget.push(old.key)
    else if (old.state !== 'ended') {
      const over = ended(old, now)
      save.push(over)
      if (old.state === 'holding') changes.push({ what: 'ended', alarm: over })
    }
  }
  return { save, forget, changes }
}

function follow(key: string, finding: Finding, old: Alarm | undefined, resumedAt: Date, now: Date): Alarm {
  const { kind, subject, name, severity, words } = finding
  const same = old === undefined || old.state === 'ended' ? undefined : old
  const shrank = finding.value !== undefined && same?.lowest != null && finding.value < same.lowest
  const lowest = finding.value === undefined ? null : Math.min(finding.value, same?.lowest ?? finding.value)
  const since = shrank ? now : (finding.since ?? same?.since ?? now)
  const from = Math.max(since.getTime(), resumedAt.getTime())
  const holds = !shrank && (same?.state === 'holding' || from + finding.minutes * 60_000 <= now.getTime())
  const base = { key, kind, subject, name, severity, words, since, lowest }
  if (!holds) {
    const endedAt = same?.state === 'holding' ? now : (old?.endedAt ?? null)
    return { ...base, state: 'pending', beganAt: old?.beganAt ?? null, endedAt }
  }
  const beganAt = same?.state === 'holding' ? same.beganAt : now
  return { ...base, state: 'holding', beganAt, endedAt: null }
}

function ended(alarm: Alarm, now: Date): Alarm {
  return { ...alarm, state: 'ended', endedAt: alarm.state === 'holding' ? now : alarm.endedAt, lowest: null }
}

function differs(old: Alarm, alarm: Alarm): boolean {
  return (
    old.state !== alarm.state ||
    old.severity !== alarm.severity ||
    old.words !== alarm.words ||
    old.name !== alarm.name ||
    old.lowest !== alarm.lowest ||
    old.since.getTime() !== alarm.since.getTime()
  )
}
