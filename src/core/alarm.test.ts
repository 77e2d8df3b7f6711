import { describe, expect, test } from 'vitest'
import { type Alarm, alarmKey, type Finding, judgeAlarms } from './alarm.ts'

const start = Date.parse('2026-03-02T06:00:00Z')
const at = (minutes: number): Date => new Date(start + minutes * 60_000)
const longAgo = at(-10_000)

function found(changes: Partial<Finding> = {}): Finding {
  const words = 'Refused.'
  return {
    kind: 'psa-refusing',
    subject: 'psa/1',
    name: 'Desk',
    severity: 'critical',
    words,
    since: null,
    minutes: 5,
    ...changes,
  }
}

/** Judges one moment after another; what is stored is carried on as the database would. */
function life(moments: readonly (readonly [minute: number, findings: readonly Finding[]])[], resumedAt = longAgo) {
  const stored = new Map<string, Alarm>()
  return moments.map(([minute, findings]) => {
    const judged = judgeAlarms(findings, [...stored.values()], resumedAt, at(minute))
    for (const alarm of judged.save) stored.set(alarm.key, alarm)
    for (const key of judged.forget) stored.delete(key)
    return judged.changes.map(({ what, alarm }) => `${what} ${alarm.key} ${alarm.severity}`)
  })
}

describe('judgeAlarms', () => {
  test('begins once after its time, says nothing while it holds, and ends once', () => {
    expect(
      life([
        [0, [found()]],
        [4, [found()]],
        [5, [found()]],
        [6, [found()]],
        [7, []],
        [8, []],
      ]),
    ).toEqual([[], [], ['began psa-refusing/psa/1 critical'], [], ['ended psa-refusing/psa/1 critical'], []])
  })

  test('what passes before its time is never told', () => {
    expect(
      life([
        [0, [found()]],
        [4, []],
        [5, [found()]],
        [9, [found()]],
        [10, [found()]],
      ]),
    ).toEqual([[], [], [], [], ['began psa-refusing/psa/1 critical']])
  })

  test('begins at once when it is known to be so for long, or has no time', () => {
    expect(life([[0, [found({ since: at(-5) })]]])).toEqual([['began psa-refusing/psa/1 critical']])
    expect(life([[0, [found({ minutes: 0 })]]])).toEqual([['began psa-refusing/psa/1 critical']])
  })

  test('after a stop nothing begins before its time has passed again, and what holds goes on', () => {
    const since = at(-600)
    const silent = found({ kind: 'source-silent', subject: 'source/1', since })
    expect(
      life(
        [
          [0, [silent]],
          [4, [silent]],
          [5, [silent]],
        ],
        at(0),
      ),
    ).toEqual([[], [], ['began source-silent/source/1 critical']])
    const holding: Alarm = {
      ...silent,
      key: alarmKey(silent.kind, silent.subject),
      state: 'holding',
      since,
      lowest: null,
      beganAt: at(-500),
      endedAt: null,
    }
    expect(judgeAlarms([silent], [holding], at(0), at(0))).toEqual({ save: [], forget: [], changes: [] })
  })

  test('begins again as the same alarm', () => {
    const now = found({ minutes: 0 })
    expect(
      life([
        [0, [now]],
        [1, []],
        [2, [now]],
        [3, []],
      ]).flat(),
    ).toEqual([
      'began psa-refusing/psa/1 critical',
      'ended psa-refusing/psa/1 critical',
      'began psa-refusing/psa/1 critical',
      'ended psa-refusing/psa/1 critical',
    ])
  })

  test('an ended alarm that is so again, but not for long enough, keeps its end', () => {
    const known = [found({ minutes: 0 })]
    const first = judgeAlarms(known, [], longAgo, at(0)).save
    const ended = judgeAlarms([], first, longAgo, at(1)).save
    const pending = judgeAlarms([found()], ended, longAgo, at(2))
    expect(pending.save).toMatchObject([{ state: 'pending', beganAt: at(0), endedAt: at(1) }])
    const over = judgeAlarms([], pending.save, longAgo, at(3))
    expect(over).toMatchObject({ save: [{ state: 'ended', endedAt: at(1) }], forget: [], changes: [] })
  })

  test('a change of severity is told, a change of words is only stored', () => {
    const [, second, third] = life([
      [0, [found({ minutes: 0, severity: 'warning' })]],
      [1, [found({ minutes: 0, severity: 'warning', words: 'Refused again.' })]],
      [2, [found({ minutes: 0 })]],
    ])
    expect(second).toEqual([])
    expect(third).toEqual(['changed psa-refusing/psa/1 critical'])
    const old = judgeAlarms([found({ minutes: 0 })], [], longAgo, at(0)).save
    const again = judgeAlarms([found({ minutes: 0, words: 'Other words.' })], old, longAgo, at(1))
    expect(again.save).toMatchObject([{ words: 'Other words.', beganAt: at(0) }])
  })

  test('the same findings twice change nothing', () => {
    const findings = [found({ minutes: 0 }), found({ subject: 'psa/2' })]
    const first = judgeAlarms(findings, [], longAgo, at(0))
    expect(judgeAlarms(findings, first.save, longAgo, at(0))).toEqual({ save: [], forget: [], changes: [] })
  })

  test('what must shrink is an alarm only while it does not', () => {
    const backlog = (value: number) => [found({ kind: 'backlog-stands', value, minutes: 10 })]
    expect(
      life([
        [0, backlog(100)],
        [5, backlog(90)],
        [12, backlog(95)],
        [15, backlog(90)],
        [16, backlog(91)],
        [17, backlog(89)],
        [26, backlog(89)],
        [27, backlog(89)],
        [28, []],
      ]),
    ).toEqual([
      [],
      [],
      [],
      ['began backlog-stands/psa/1 critical'],
      [],
      ['ended backlog-stands/psa/1 critical'],
      [],
      ['began backlog-stands/psa/1 critical'],
      ['ended backlog-stands/psa/1 critical'],
    ])
  })
})
