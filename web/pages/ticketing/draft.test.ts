import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RuleList } from '../../api/generated/types.gen.ts'
import {
  afterSave,
  bodyOf,
  type Change,
  cancelIn,
  common,
  type Desk,
  type Draft,
  defaultsOf,
  editedIn,
  freshDraft,
  type RowId,
  type RuleSection,
  resetIn,
  rowId,
  rowsIn,
  type Saved,
  sameValues,
  savedOf,
  setRows,
  valuesOf,
} from './draft.ts'
import { type Choice, mergeSaved, resolve } from './merge.ts'

const sections: readonly RuleSection[] = ['warning', 'critical', 'severity', 'event-type']
const keys = ['a', 'b', 'c']

const option = (value: string, parent?: string) => ({
  value,
  label: value,
  active: true,
  ...(parent !== undefined && { parent }),
})
const field = (key: string, dependsOn?: string): Desk['ruleFields'][number] => ({
  key,
  title: key,
  help: '',
  kind: 'choice',
  required: false,
  main: true,
  ...(dependsOn !== undefined && { dependsOn }),
})

const desk: Desk = {
  ruleFields: [field('board'), field('type', 'board'), field('item', 'type'), field('priority')],
  choices: {
    board: [option('1'), option('2')],
    type: [option('1x', '1'), option('2x', '2')],
    item: [option('1xi', '1x')],
    priority: [option('high'), option('low')],
  },
}

const someFields = fc.oneof(
  fc.constant({}),
  fc.record({ board: fc.constantFrom('1', '2'), priority: fc.constantFrom('high', 'low', '') }),
  fc.constant({ board: '1', type: '1x', item: '1xi', priority: 'high' }),
)

/** A list as the server answers it; what was never saved has the defaults. */
const someList = (version: number) =>
  fc
    .array(
      fc.record({
        stored: fc.boolean(),
        enabled: fc.boolean(),
        fields: someFields,
        time: fc.integer({ min: 1, max: 9 }),
      }),
      { minLength: 12, maxLength: 12 },
    )
    .map((rows): RuleList => {
      const defaults = { general: {}, fields: { board: '1' }, delayMinutes: 0, lifetimeHours: 24 }
      const rowsOf = (section: RuleSection, from: number) =>
        keys.map((key, n) => {
          const { stored, enabled, fields, time } = rows[from + n] ?? {
            stored: false,
            enabled: false,
            fields: {},
            time: 1,
          }
          const isStatus = section === 'warning' || section === 'critical'
          return {
            key,
            title: key,
            advice: '',
            product: null,
            stored,
            enabled: stored && enabled,
            fields: stored ? fields : defaults.fields,
            delayMinutes: isStatus ? (stored ? time : 0) : null,
            lifetimeHours: isStatus ? null : stored ? time : 24,
            problems: [],
            updatedAt: null,
          }
        })
      return {
        integrationId: 1,
        version,
        defaults,
        sections: {
          warning: rowsOf('warning', 0),
          critical: rowsOf('critical', 3),
          severity: rowsOf('severity', 6),
          'event-type': rowsOf('event-type', 9),
        },
      }
    })

const someIds = fc.uniqueArray(
  fc.constantFrom(...sections.flatMap((section) => keys.map((key) => rowId(section, key)))),
)
const someChange: fc.Arbitrary<Change> = fc.record(
  {
    own: fc.boolean(),
    enabled: fc.boolean(),
    time: fc.integer({ min: 1, max: 9 }),
    fields: fc.record(
      {
        board: fc.constantFrom('1', '2'),
        type: fc.constantFrom('1x', '2x', ''),
        priority: fc.constantFrom('high', ''),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
)
const someEdits = fc.array(fc.tuple(someIds, someChange), { maxLength: 6 })

const edit = (draft: Draft, edits: readonly [readonly RowId[], Change][]): Draft =>
  edits.reduce((done, [ids, change]) => setRows(done, ids, change, desk), draft)
const drafts = fc.tuple(someList(1), someEdits).map(([list, edits]) => edit(freshDraft(savedOf(list)), edits))
const values = (draft: Draft) => [...draft.saved.rows.values()].map((row) => valuesOf(draft, row))

/** What the server would answer after it saved the body. */
function serverSaves(saved: Saved, draft: Draft, of: readonly RuleSection[]): Saved {
  const body = bodyOf(draft, { sections: of })
  const rows = new Map(saved.rows)
  for (const { section, key, enabled, fields, delayMinutes, lifetimeHours } of body.rows) {
    const row = rows.get(rowId(section, key))
    if (row === undefined) continue
    const time = delayMinutes ?? lifetimeHours ?? 0
    rows.set(row.id, { ...row, values: { own: true, enabled, fields, time } })
  }
  for (const { section, key } of body.remove) {
    const row = rows.get(rowId(section, key))
    if (row !== undefined) rows.set(row.id, { ...row, values: defaultsOf(saved, row) })
  }
  return { ...saved, version: saved.version + 1, rows }
}

describe('editing', () => {
  test('an edit is only what differs from what is saved', () => {
    fc.assert(
      fc.property(drafts, (draft) => {
        for (const [id, edited] of draft.edits) {
          const row = draft.saved.rows.get(id)
          expect(row !== undefined && !sameValues(row.values, edited)).toBe(true)
        }
      }),
    )
  })

  test('setting writes what is named and nothing else, in the named rows and no other', () => {
    fc.assert(
      fc.property(drafts, someIds, someChange, (draft, ids, change) => {
        const after = setRows(draft, ids, change, desk)
        for (const row of draft.saved.rows.values()) {
          const [was, is] = [valuesOf(draft, row), valuesOf(after, row)]
          if (!ids.includes(row.id)) expect(is).toEqual(was)
          else if (change.own !== false) {
            expect(is.enabled).toBe(change.enabled ?? was.enabled)
            expect(is.time).toBe(change.time ?? was.time)
            const { fields = {} } = change
            for (const key of ['priority', 'board'] as const) {
              expect(is.fields[key] ?? '').toBe((key in fields ? fields[key] : was.fields[key]) ?? '')
            }
          }
        }
      }),
    )
  })

  test('what depends on another value never contradicts it after that one is set', () => {
    fc.assert(
      fc.property(drafts, someIds, fc.constantFrom('1', '2'), (draft, ids, board) => {
        const after = setRows(draft, ids, { fields: { board } }, desk)
        for (const id of ids) {
          const row = after.saved.rows.get(id)
          const { type = '', item = '' } = row === undefined ? {} : valuesOf(after, row).fields
          if (type !== '') expect(type.startsWith(board)).toBe(true)
          if (item !== '' && draft.edits.get(id) !== undefined) expect(item.startsWith(type)).toBe(true)
        }
      }),
    )
    const draft = setRows(
      freshDraft(savedOf(oneList({ board: '1', type: '1x', item: '1xi' }))),
      ['warning/a'],
      {},
      desk,
    )
    const moved = setRows(draft, ['warning/a'], { fields: { type: '2x', board: '2' } }, desk)
    expect(moved.edits.get('warning/a')?.fields).toEqual({ board: '2', type: '2x' })
  })

  test('setting back leaves no edit', () => {
    fc.assert(
      fc.property(someList(1), someIds, someChange, (list, ids, change) => {
        const fresh = freshDraft(savedOf(list))
        const changed = setRows(fresh, ids, change, desk)
        const none = { board: '', type: '', item: '', priority: '' }
        const back = [...fresh.saved.rows.values()].reduce((draft, { id, values: { own, enabled, time, fields } }) => {
          const all = own ? { enabled, time, fields: { ...none, ...fields } } : { own }
          return setRows(draft, [id], all, desk)
        }, changed)
        expect([...back.edits]).toEqual([])
      }),
    )
  })

  test('an event type that follows its severity becomes one of its own by any edit, and follows again when told', () => {
    const fresh = freshDraft(savedOf(oneList({})))
    const id = rowId('event-type', 'a')
    expect(valuesOf(fresh, rowOf(fresh, id)).own).toBe(false)
    const on = setRows(fresh, [id], { enabled: true }, desk)
    expect(bodyOf(on, { sections: ['event-type'] })).toMatchObject({
      rows: [{ key: 'a', enabled: true, lifetimeHours: 24 }],
      remove: [],
    })
    const saved = freshDraft(serverSaves(fresh.saved, on, ['event-type']))
    const again = setRows(saved, [id], { own: false }, desk)
    expect(bodyOf(again, { sections: ['event-type'] })).toMatchObject({
      rows: [],
      remove: [{ section: 'event-type', key: 'a' }],
    })
    expect(setRows(again, [id], { enabled: true }, desk).edits.size).toBe(0)
  })
})

test('an event type of a product without severities is off when it has no row, and follows nothing', () => {
  const list = oneList({})
  const own = list.sections['event-type'].map((row) => ({ ...row, product: 'other' }))
  const draft = freshDraft(savedOf({ ...list, sections: { ...list.sections, 'event-type': own } }))
  expect(rowOf(draft, 'event-type/a')).toMatchObject({ mayFollow: false, values: { own: true, enabled: false } })
  expect(setRows(draft, ['event-type/a'], { own: false }, desk).edits.size).toBe(0)
  const on = setRows(draft, ['event-type/a', 'severity/a'], { enabled: true }, desk)
  expect(editedIn(on, { sections: ['severity', 'event-type'], product: 'other' })).toEqual(['event-type/a'])
})

describe('mixed values', () => {
  test('are told from common ones', () => {
    fc.assert(
      fc.property(drafts, someIds, (draft, ids) => {
        const all = ids.map((id) => valuesOf(draft, rowOf(draft, id)))
        const found = common(all, ({ time }) => time)
        const times = new Set(all.map(({ time }) => time))
        if (times.size === 1) expect(found).toEqual({ value: [...times][0] })
        else expect(found).toBe(null)
      }),
    )
  })
})

describe('cancel and reset', () => {
  test('cancelling a section brings back what is saved there and leaves the others', () => {
    fc.assert(
      fc.property(drafts, fc.constantFrom(...sections), (draft, section) => {
        const after = cancelIn(draft, { sections: [section] })
        for (const row of draft.saved.rows.values()) {
          expect(valuesOf(after, row)).toEqual(row.section === section ? row.values : valuesOf(draft, row))
        }
        expect(editedIn(after, { sections: [section] })).toEqual([])
      }),
    )
  })

  test('resetting makes every row of a section its default, is unsaved, and can be cancelled', () => {
    fc.assert(
      fc.property(drafts, fc.constantFrom(...sections), (draft, section) => {
        const after = resetIn(draft, { sections: [section] })
        for (const row of rowsIn(after.saved, { sections: [section] })) {
          expect(sameValues(valuesOf(after, row), defaultsOf(after.saved, row))).toBe(true)
          expect(valuesOf(after, row).enabled).toBe(false)
        }
        expect(after.saved).toBe(draft.saved)
        expect(values(cancelIn(after, { sections: [section] }))).toEqual(
          values(cancelIn(draft, { sections: [section] })),
        )
      }),
    )
  })

  test('saving a section saves all of it and keeps what is unsaved elsewhere', () => {
    fc.assert(
      fc.property(drafts, fc.constantFrom(...sections), (draft, section) => {
        const answer = serverSaves(draft.saved, draft, [section])
        const after = afterSave(draft, answer)
        expect(editedIn(after, { sections: [section] })).toEqual([])
        for (const row of after.saved.rows.values()) {
          const before = draft.saved.rows.get(row.id) ?? row
          expect(sameValues(valuesOf(after, row), valuesOf(draft, before))).toBe(true)
        }
        expect(after.saved.version).toBe(draft.saved.version + 1)
      }),
    )
  })
})

describe('another person’s save', () => {
  const twoPeople = fc.tuple(someList(1), someEdits, someEdits).map(([list, mine, theirs]) => {
    const fresh = freshDraft(savedOf(list))
    const other = edit(fresh, theirs)
    return { draft: edit(fresh, mine), fresh: serverSaves(fresh.saved, other, sections) }
  })

  test('loses nothing of mine and overwrites nothing of theirs without being asked', () => {
    fc.assert(
      fc.property(twoPeople, ({ draft, fresh }) => {
        const merged = mergeSaved(draft, fresh)
        const conflicts = new Set(merged.conflicts.map(({ row }) => row.id))
        expect(merged.draft.saved.version).toBe(fresh.version)
        for (const [id, row] of fresh.rows) {
          const base = rowOf(draft, id).values
          const mine = draft.edits.get(id)
          const now = valuesOf(merged.draft, row)
          const theyChanged = !sameValues(base, row.values)
          if (mine === undefined) expect(sameValues(now, row.values)).toBe(true)
          else if (!theyChanged) expect(sameValues(now, mine)).toBe(true)
          else expect(conflicts.has(id) || sameValues(now, row.values)).toBe(true)
          if (theyChanged && mine === undefined) expect(merged.taken).toContain(id)
        }
      }),
    )
  })

  test('each row becomes what was chosen: theirs, or mine with theirs where I changed nothing', () => {
    fc.assert(
      fc.property(
        twoPeople,
        fc.infiniteStream(fc.constantFrom<Choice>('mine', 'theirs')),
        ({ draft, fresh }, picks) => {
          const merged = mergeSaved(draft, fresh)
          const choices = new Map(merged.conflicts.map(({ row }) => [row.id, picks.next().value ?? 'mine']))
          const after = resolve(merged, choices)
          for (const { row, differences } of merged.conflicts) {
            const now = valuesOf(after, row)
            expect(differences.length).toBeGreaterThan(0)
            if (choices.get(row.id) === 'theirs') expect(sameValues(now, row.values)).toBe(true)
            else {
              const base = rowOf(draft, row.id).values
              const mine = draft.edits.get(row.id) ?? base
              if (mine.enabled !== base.enabled) expect(now.enabled).toBe(mine.enabled)
              if (mine.own && base.own && mine.enabled === base.enabled) expect(now.enabled).toBe(row.values.enabled)
              if (mine.time !== base.time) expect(now.time).toBe(mine.time)
            }
          }
        },
      ),
    )
  })

  test('that changed nothing of mine leaves everything as it was', () => {
    fc.assert(
      fc.property(drafts, (draft) => {
        const merged = mergeSaved(draft, { ...draft.saved, version: draft.saved.version + 3 })
        expect(merged).toMatchObject({ conflicts: [], taken: [] })
        expect(values(merged.draft)).toEqual(values(draft))
      }),
    )
  })

  test('a row that vanished meanwhile keeps its edit', () => {
    const draft = setRows(freshDraft(savedOf(oneList({}))), ['warning/a'], { enabled: true }, desk)
    const rows = new Map(draft.saved.rows)
    rows.delete('warning/a')
    const merged = mergeSaved(draft, { ...draft.saved, version: 2, rows })
    expect(merged.draft.edits.get('warning/a')).toMatchObject({ enabled: true })
  })

  test('tells each difference by what was, what is theirs and what is mine', () => {
    const fresh = freshDraft(savedOf(oneList({ board: '1', priority: 'low' })))
    const theirs = setRows(fresh, ['warning/a'], { fields: { priority: 'high' }, time: 5 }, desk)
    const mine = setRows(fresh, ['warning/a'], { enabled: true, fields: { priority: '' } }, desk)
    const { conflicts } = mergeSaved(mine, serverSaves(fresh.saved, theirs, sections))
    expect(conflicts).toMatchObject([
      {
        row: { id: 'warning/a' },
        mine: { enabled: true, fields: { board: '1' }, time: 5 },
        differences: [
          { part: 'enabled', was: 'false', theirs: 'false', mine: 'true' },
          { part: 'fields.priority', was: 'low', theirs: 'high', mine: '' },
          { part: 'time', was: '0', theirs: '5', mine: '0' },
        ],
      },
    ])
  })
})

function rowOf(draft: Draft, id: RowId) {
  const row = draft.saved.rows.get(id)
  if (row === undefined) throw new Error(`There is no row ${id}.`)
  return row
}

/** Every row off, with these fields; event types follow. */
function oneList(fields: Record<string, string>): RuleList {
  const row = (section: RuleSection) => ({
    key: 'a',
    title: 'a',
    advice: '',
    product: null,
    stored: false,
    enabled: false,
    fields,
    delayMinutes: section === 'warning' || section === 'critical' ? 0 : null,
    lifetimeHours: section === 'warning' || section === 'critical' ? null : 24,
    problems: [],
    updatedAt: null,
  })
  return {
    integrationId: 1,
    version: 1,
    defaults: { general: {}, fields: {}, delayMinutes: 0, lifetimeHours: 24 },
    sections: {
      warning: [row('warning')],
      critical: [row('critical')],
      severity: [row('severity')],
      'event-type': [row('event-type')],
    },
  }
}
