import type { Random } from '../../kit/random.ts'
import type { HostKind } from '../model/types.ts'

// biome-ignore format: a list of words
const firsts = [
  'Acme', 'Borealis', 'Cascade', 'Delta', 'Ember', 'Fairway', 'Granite', 'Harbour', 'Indigo', 'Juniper', 'Keystone', 'Lakeside',
  'Meridian', 'Northgate', 'Oakfield', 'Pinnacle', 'Quarry', 'Ridgeway', 'Summit', 'Tidewater', 'Upland', 'Vantage', 'Willow', 'Yarrow',
]
// biome-ignore format: a list of words
const seconds = [
  'Logistics', 'Dental', 'Law', 'Foods', 'Motors', 'Architects', 'Insurance', 'Printing', 'Schools', 'Bakery', 'Optics', 'Travel',
  'Energy', 'Clinic', 'Textiles', 'Media', 'Freight', 'Gardens', 'Pharmacy', 'Engineering',
]
const forms = ['GmbH', 'Ltd', 'SARL', 'Inc', 'SpA', 'AB', 'BV']

/** A client company. `code` starts its computers' names. */
export type Company = { name: string; code: string; dnsDomain: string }

/** Companies with names, codes and domains that are all different. */
export function makeCompanies(count: number, random: Random): Company[] {
  const codes = new Map<string, number>()
  return Array.from({ length: count }, (_, index) => {
    const first = firsts[index % firsts.length] ?? 'Acme'
    const second = seconds[Math.floor(index / firsts.length) % seconds.length] ?? ''
    const round = Math.floor(index / (firsts.length * seconds.length))
    const number = round === 0 ? '' : String(round + 1)
    // The first of a word takes the plain code: ACME, then ACME2, ACME3 ...
    const stem = first.slice(0, 6).toUpperCase()
    const used = (codes.get(stem) ?? 0) + 1
    codes.set(stem, used)
    const code = used === 1 ? stem : `${stem}${used}`
    const name = [first, second, number, random.pick(forms)].filter((part) => part !== '').join(' ')
    return { name, code, dnsDomain: `${code.toLowerCase()}.example` }
  })
}

const tags: Record<HostKind, string> = {
  workstation: 'PC',
  laptop: 'NB',
  server: 'SRV',
  'sql-server': 'SQL',
  linux: 'LNX',
  mac: 'MAC',
}

/** `ACME-PC-014`. */
export function hostName(code: string, kind: HostKind, number: number): string {
  return `${code}-${tags[kind]}-${String(number).padStart(3, '0')}`
}

/** The mix of an office: mostly workstations and laptops, about one server in fifteen. */
export function pickKind(random: Random): HostKind {
  const draw = random.next()
  if (draw < 0.55) return 'workstation'
  if (draw < 0.86) return 'laptop'
  if (draw < 0.92) return 'server'
  if (draw < 0.94) return 'sql-server'
  return draw < 0.97 ? 'linux' : 'mac'
}
