import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, createBench } from './psa-bench.ts'
import { failureContract } from './psa-failures.ts'
import { lifeContract } from './psa-life.ts'
import { peopleContract } from './psa-people.ts'
import { restoreContract } from './psa-restore.ts'
import { rulesContract } from './psa-rules.ts'
import { textContract } from './psa-texts.ts'
import type { PsaSubject } from './psa-world.ts'

/**
 * What every PSA connector must do, run against its vendor's emulator over real HTTP. Called from each vendor's test as
 * `psaContract({ name, connector, startWorld })`; what a vendor must bring is `PsaWorld`.
 */
export function psaContract<Settings>(subject: PsaSubject<Settings>): void {
  describe(`PSA contract: ${subject.name}`, () => {
    let bench: Bench<Settings> | undefined
    const get = (): Bench<Settings> => {
      if (bench === undefined) throw new Error('the world has not started')
      return bench
    }

    beforeAll(async () => {
      bench = await createBench(subject)
    })
    beforeEach(() => {
      get().interceptor.reset()
      get().world.setFaults({})
    })
    afterEach(() => {
      const said = get().said()
      expect(get().world.secrets.filter((secret) => said.includes(secret))).toEqual([])
    })
    afterAll(() => bench?.stop())

    it('keeps an id that fits a folder and a database', () => {
      expect(subject.connector.id).toMatch(/^[a-z][a-z0-9-]*$/)
    })

    rulesContract(get)
    lifeContract(get)
    peopleContract(get)
    restoreContract(get)
    textContract(get)
    failureContract(get)
  })
}
