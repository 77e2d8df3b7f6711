import { allPeople } from '../db/people.ts'
import type { Deps } from './deps.ts'
import { type PersonView, personToView } from './person-view.ts'

/** Everybody who may sign in, or might. */
export async function listPeople(deps: Deps): Promise<readonly PersonView[]> {
  return (await allPeople(deps.pool)).map(personToView)
}
