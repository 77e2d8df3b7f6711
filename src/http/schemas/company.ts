import { z } from 'zod'

/** How a sender names the client that something is about. */

/** Keys stand in identities, whose parts are joined by a control character. */
export const Key = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, 'A key holds no control characters.')
  .refine((text) => text.isWellFormed(), 'A key holds no half of a character.')

export const Words = z.string().max(500)

export const Company = z
  .strictObject({ key: Key.describe('stable, for ever'), name: Words.default('').describe('shown to people') })
  .describe('the client that this is about; a new one appears among the tenants, unmapped')
