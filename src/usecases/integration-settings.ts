import type { FieldProblem, PsaConnector, PsaField, PsaOptions } from '../connectors/psa.ts'
import { templateFields, unknownTemplateFields } from '../core/texts.ts'
import type { FieldValues } from '../core/ticket.ts'
import type { IntegrationValues } from '../db/integrations.ts'
import { noOptions } from './open-connection.ts'
import { type FieldIssue, invalidInput } from './request-error.ts'

/** How the general settings of an integration are judged. */

/** Values that a row or the general settings have before anybody chose: the connector's own, looked up in the live lists. */
export function defaultValues(fields: readonly PsaField[], options: PsaOptions | null): FieldValues {
  return Object.fromEntries(
    fields.flatMap(({ key, default: wanted }): [string, string][] => {
      if (wanted === undefined) return []
      if ('value' in wanted) return [[key, wanted.value]]
      const label = wanted.label.trim().toLowerCase()
      const found = options?.choices[key]?.find((one) => one.active && one.label.trim().toLowerCase() === label)
      return found === undefined ? [] : [[key, found.value]]
    }),
  )
}

/** Empty values mean "not set" and are not stored. */
export function withoutEmpty(values: FieldValues): FieldValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
}

/** What is wrong with the general settings, by the desk's live lists as far as they were read. */
export function generalProblems(
  connector: PsaConnector,
  options: PsaOptions | null,
  general: FieldValues,
): readonly FieldProblem[] {
  const keys = new Set(connector.generalFields.map(({ key }) => key))
  return connector.ruleProblems(options ?? noOptions, general, {}).filter(({ field }) => keys.has(field))
}

/** Fields that the connector does not have. */
export function unknownFields(
  fields: readonly PsaField[],
  values: FieldValues,
  prefix: string,
): { field: string; message: string }[] {
  const known = fields.map(({ key }) => key)
  return Object.keys(values)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      field: `${prefix}.${key}`,
      message: `There is no such field. The fields are ${known.join(', ')}.`,
    }))
}

/** Judges all that a person may set on an integration. Throws `RequestError` naming every wrong field. */
export function judgeIntegration(
  connector: PsaConnector,
  options: PsaOptions | null,
  values: IntegrationValues,
  now: Date,
): void {
  const issues: FieldIssue[] = [
    ...unknownFields(connector.generalFields, values.general, 'general'),
    ...generalProblems(connector, options, values.general).map(({ field, message }) => ({
      field: `general.${field}`,
      message,
    })),
    ...templateIssues('titleTemplate', values.titleTemplate),
    ...templateIssues('descriptionTemplate', values.descriptionTemplate),
  ]
  issues.push(...pauseIssues('pausedUntil', values.pausedUntil, now))
  if (issues.length > 0) throw invalidInput(issues)
}

/** What is wrong with the end of a pause. */
export function pauseIssues(field: string, until: Date | null, now: Date): FieldIssue[] {
  if (until === null || until > now) return []
  return [{ field, message: 'This moment is past: choose one in the future, or null for no pause.' }]
}

/** What is wrong with a template. */
export function templateIssues(field: string, template: string): FieldIssue[] {
  if (template.trim() === '') return [{ field, message: 'The template is empty: a ticket needs a text.' }]
  const unknown = unknownTemplateFields(template)
  if (unknown.length === 0) return []
  const names = [...new Set(unknown)].map((name) => `{{${name}}}`).join(', ')
  const known = Object.keys(templateFields)
    .map((name) => `{{${name}}}`)
    .join(', ')
  return [{ field, message: `${names} stands for nothing. The fields are ${known}.` }]
}
