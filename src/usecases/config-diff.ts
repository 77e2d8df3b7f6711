import { certificatesInWords } from './certificate-words.ts'
import type { WholeConfig } from './export-config.ts'

/** One value that an import adds, changes or removes. */
export type ConfigChange = {
  readonly kind: 'added' | 'changed' | 'removed'
  /** Where it stands, for example `integrations / Endpoint security / rules / warning / databases-outdated / enabled`. */
  readonly place: string
  readonly before?: string
  readonly after?: string
}

/** What differs between two states of all settings, value by value, in the order of their places. */
export function diffConfig(before: WholeConfig, after: WholeConfig): ConfigChange[] {
  const old = flatten(before)
  const fresh = flatten(after)
  const places = [...new Set([...old.keys(), ...fresh.keys()])].sort()
  return places.flatMap((place): ConfigChange[] => {
    const was = old.get(place)
    const is = fresh.get(place)
    if (was === is) return []
    if (was === undefined) return is === undefined ? [] : [{ kind: 'added', place, after: is }]
    if (is === undefined) return [{ kind: 'removed', place, before: was }]
    return [{ kind: 'changed', place, before: was, after: is }]
  })
}

const marks = { added: '+', changed: '~', removed: '-' } as const

/** A change as one line for a person. */
export function changeLine({ kind, place, before, after }: ConfigChange): string {
  const values = kind === 'changed' ? `${before} -> ${after}` : (after ?? before)
  return `${marks[kind]} ${place}: ${values}`
}

function flatten(config: WholeConfig): Map<string, string> {
  const values = new Map<string, string>()
  const visit = (path: readonly string[], value: unknown): void => {
    if (typeof value !== 'object' || value === null) {
      values.set(path.join(' / '), JSON.stringify(certificatesInWords(value)))
      return
    }
    for (const [key, part] of Object.entries(value)) visit([...path, key], part)
  }
  visit(['retention'], config.retention)
  for (const table of ['sources', 'psas'] as const) {
    for (const { name, connector, settings } of config[table]) visit([table, name], { connector, settings })
  }
  for (const { name, channels } of config.sources) if (channels != null) visit(['sources', name, 'channels'], channels)
  for (const { name, mappings, ...rest } of config.integrations) {
    visit(['integrations', name], rest)
    for (const { tenant, ...mapping } of mappings) visit(['integrations', name, 'mappings', tenant], mapping)
  }
  return values
}
