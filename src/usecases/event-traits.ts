import type { EventTraits, SourceConnector } from '../connectors/source.ts'

const plain: EventTraits = { product: null, hasEnd: false, followsSeverity: true }

/** What decides about event types of a source; those of most have nothing special. `undefined`: this version has no such connector. */
export function traitsOf(connector: Pick<SourceConnector, 'describeEvent'> | undefined): (type: string) => EventTraits {
  return (type) => connector?.describeEvent?.(type) ?? plain
}
