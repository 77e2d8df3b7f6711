import { z } from 'zod'
import { FieldValues, Id, Level, listOf, Moment, named, Section } from './common.ts'
import { FieldProblem } from './connections.ts'

/** The guided set-up. */

export const Setup = named(
  'Setup',
  z.object({
    sourceId: Id.nullable(),
    psaId: Id.nullable(),
    integrationId: Id.nullable(),
    sourceReadAt: Moment.nullable().describe("when the source's computers were last read well"),
    tenants: z.int(),
    mapped: z.int(),
    rulesOn: z.int(),
    drillPlanned: z.boolean(),
    proven: z.boolean().describe('a ticket was opened at the desk and closed again, in a drill or in earnest'),
    next: z
      .enum(['source', 'psa', 'pair', 'map', 'rules', 'try'])
      .nullable()
      .describe('the first step that is not done; null: Tocsin is set up'),
  }),
)

export const RecommendedRules = named(
  'RecommendedRules',
  z.object({
    integrationId: Id,
    version: z.int().describe('to be named when saving'),
    levels: listOf(z.object({ level: Level, fields: FieldValues, problems: listOf(FieldProblem) })),
    rows: listOf(
      z.object({
        section: Section,
        key: z.string(),
        title: z.string(),
        level: Level.describe('whose fields it takes'),
        stored: z.boolean().describe('a person decided about it already'),
        enabled: z.boolean(),
        delayMinutes: z.int().nullable(),
        lifetimeHours: z.int().nullable(),
      }),
    ),
  }),
)
