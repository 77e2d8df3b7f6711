import { createRandom } from '../kit/random.ts'
import type { Company, World } from './world.ts'

// biome-ignore format: a list of words
const names = [
  'Amber Bakery', 'Basalt Law', 'Cobalt Dental', 'Dune Travel', 'Elm Printing', 'Fjord Foods', 'Garnet Motors', 'Hazel School',
]

export type SeedOptions = {
  readonly devices: number
  /** How many companies, with seeded names, or their names. */
  readonly tenants: number | readonly string[]
  readonly seed: number
}

/** Fills a world with companies; their computers are shared out as evenly as they go. */
export function seedWorld(world: World, options: SeedOptions): void {
  const random = createRandom(options.seed)
  const given = typeof options.tenants === 'number' ? [] : options.tenants
  const tenants = typeof options.tenants === 'number' ? options.tenants : options.tenants.length
  for (let n = 0; n < tenants; n += 1) {
    const round = Math.floor(n / names.length)
    const name = given[n] ?? `${names[n % names.length]}${round === 0 ? '' : ` ${round + 1}`}`
    const company: Company = { key: `company-${n + 1}`, name, computers: {}, mailboxes: random.int(5, 80), raised: {} }
    const devices = Math.floor(options.devices / tenants) + (n < options.devices % tenants ? 1 : 0)
    const code = name.replace(/[^A-Z]/g, '')
    for (let d = 0; d < devices; d += 1) {
      const key = `${company.key}-${random.hex(8)}-${d + 1}`
      company.computers[key] = { key, name: `${code}${n + 1}-PC${String(d + 1).padStart(3, '0')}`, statuses: {} }
    }
    world.companies.set(company.key, company)
  }
}
