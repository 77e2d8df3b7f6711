import { createRandom } from '../kit/random.ts'
import type { Company, World } from './world.ts'

// biome-ignore format: a list of words
const names = [
  'Amber Bakery', 'Basalt Law', 'Cobalt Dental', 'Dune Travel', 'Elm Printing', 'Fjord Foods', 'Garnet Motors', 'Hazel School',
]

/** Fills a world with companies; their computers are shared out as evenly as they go. */
export function seedWorld(world: World, options: { devices: number; tenants: number; seed: number }): void {
  const random = createRandom(options.seed)
  for (let n = 0; n < options.tenants; n += 1) {
    const round = Math.floor(n / names.length)
    const name = `${names[n % names.length]}${round === 0 ? '' : ` ${round + 1}`}`
    const company: Company = { key: `company-${n + 1}`, name, computers: {}, mailboxes: random.int(5, 80), raised: {} }
    const devices = Math.floor(options.devices / options.tenants) + (n < options.devices % options.tenants ? 1 : 0)
    const code = name.replace(/[^A-Z]/g, '')
    for (let d = 0; d < devices; d += 1) {
      const key = `${company.key}-${random.hex(8)}-${d + 1}`
      company.computers[key] = { key, name: `${code}${n + 1}-PC${String(d + 1).padStart(3, '0')}`, statuses: {} }
    }
    world.companies.set(company.key, company)
  }
}
