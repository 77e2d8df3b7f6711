import type { CheckReport, SourceConnector } from '../../source.ts'
import { catalogue, describeEvent, describeStatus, eventTypeKey } from './catalogue.ts'
import { Settings, settingsFacts } from './settings.ts'

/**
 * The cloud products that Kaspersky Business Hub manages. They have no public interface to ask (kaspersky-cloud.md 1), so
 * everything is sent to us: see `readme.md` and docs/HUB.md.
 */
export const kasperskyHub: SourceConnector<Settings> = {
  id: 'kaspersky-hub',
  name: 'Kaspersky Business Hub',
  settings: Settings,
  catalogue,
  describeStatus,
  describeEvent,
  pushed: {
    eventTypeKey,
    rules: (settings) => ({
      httpOn: settings.httpOn,
      silentMs: settings.silentHours * 3_600_000,
      holdMs: settings.statusEnds === 'said' ? null : settings.statusHoldHours * 3_600_000,
      mostWaiting: settings.mostWaiting,
      mostUnreadBytes: settings.unreadMegabytes * 1024 * 1024,
    }),
  },
  facts: settingsFacts,
  reach: () => ({ trust: { by: 'system' }, proxy: null, timeoutMs: 10_000, secrets: [], hosts: [] }),
  async check({ settings }): Promise<CheckReport> {
    const onOff = (on: boolean) => (on ? 'taken' : 'refused')
    const facts = [
      { title: 'Products', value: catalogue.products?.map(({ title }) => title).join(', ') ?? '' },
      { title: 'Web requests', value: onOff(settings.httpOn) },
      { title: 'Asked for anything', value: 'never: it sends by itself, and nothing of it can be checked from here' },
    ]
    return { facts, problems: [] }
  },
  listTenants: () => Promise.reject(neverAsked()),
  pollComputers: () => failing(),
  pollEvents: () => failing(),
}

/** A fault of our own: what is pushed is settled from the inbox. */
function neverAsked(): Error {
  return new Error('A hub is never asked: what it sends is settled from the inbox.')
}

// biome-ignore lint/correctness/useYield: it fails before it could give anything
async function* failing(): AsyncGenerator<never> {
  throw neverAsked()
}
