import type { SourceConnector } from '../../source.ts'
import { catalogue, describeStatus } from './catalogue.ts'
import { check } from './check.ts'
import { pollComputers } from './computers.ts'
import { pollEvents } from './events.ts'
import { startSession } from './session.ts'
import { Settings, settingsFacts, settingsReach } from './settings.ts'
import { readTenants } from './virtual-servers.ts'

/** Kaspersky Security Center through its Open API. Facts about the vendor: `readme.md`. */
export const ksc: SourceConnector<Settings> = {
  id: 'ksc',
  name: 'Kaspersky Security Center',
  settings: Settings,
  catalogue,
  describeStatus,
  facts: settingsFacts,
  reach: settingsReach,
  check,
  async listTenants(context) {
    const session = await startSession(context)
    try {
      return await readTenants(context, session)
    } finally {
      await session.end()
    }
  },
  pollComputers,
  pollEvents,
}
