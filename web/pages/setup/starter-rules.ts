import type { RecommendedRules } from '../../api/generated/types.gen.ts'
import type { DeskValues } from '../../forms/desk-values.ts'

/** The recommended rules as they stand on the screen, and what of them goes to the server. Pure. */

export type Level = RecommendedRules['levels'][number]['level']
export type StarterRow = RecommendedRules['rows'][number]
export type LevelValues = Readonly<Partial<Record<Level, DeskValues>>>

export const placeOf = ({ section, key }: { section: string; key: string }): string => `${section}/${key}`

/** Rows that nobody has decided about: only those are offered, so that no choice of a person is undone. */
export function openRows({ rows }: RecommendedRules): readonly StarterRow[] {
  return rows.filter(({ stored }) => !stored)
}

/** What would be saved: the rows that are chosen, each with the fields of its level. */
export function starterRequest(recommended: RecommendedRules, chosen: ReadonlySet<string>, touched: LevelValues) {
  const fieldsOf = (level: Level) =>
    touched[level] ?? recommended.levels.find((one) => one.level === level)?.fields ?? {}
  const rows = openRows(recommended)
    .filter((row) => chosen.has(placeOf(row)))
    .map(({ section, key, level, delayMinutes, lifetimeHours }) => ({
      section,
      key,
      enabled: true,
      fields: { ...fieldsOf(level) },
      ...(delayMinutes !== null && { delayMinutes }),
      ...(lifetimeHours !== null && { lifetimeHours }),
    }))
  return { version: recommended.version, rows }
}

type RowIssue = { readonly field: string; readonly message: string; readonly section?: string; readonly key?: string }

/** What was refused, by level and field: the rows of a level have the same fields, so one message is enough. */
export function issuesByLevel(
  recommended: RecommendedRules,
  issues: readonly RowIssue[],
): Readonly<Partial<Record<Level, Record<string, string>>>> {
  const levels = new Map(recommended.rows.map((row) => [placeOf(row), row.level]))
  const found: Partial<Record<Level, Record<string, string>>> = {}
  for (const { section = '', key = '', field, message } of issues) {
    const level = levels.get(placeOf({ section, key }))
    if (level === undefined || !field.startsWith('fields.')) continue
    found[level] = { ...found[level], [field.slice('fields.'.length)]: message }
  }
  return found
}
