import { z } from 'zod'
import { Retention } from '../../usecases/retention-words.ts'
import { named } from './common.ts'

export const SaveSettings = z.strictObject({ retention: Retention })

const days = z.int().describe('days')

export const Settings = named(
  'Settings',
  z.object({ retention: z.object({ eventsDays: days, historyDays: days, tenantsDays: days }) }),
)
