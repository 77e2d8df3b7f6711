import { readDatabase } from '../checker/read-database.ts'
import { judge, type Verdict } from './verdict.ts'
import type { World } from './world.ts'

/** Judges a world with our database, which must say the same as the desks. */
export async function judgeWhole(world: World): Promise<Verdict> {
  const database = await readDatabase(world.app.deps.pool)
  return judge({ ...world.evidence(), database }, world.parts.desks)
}
