import { setTimeout as sleep } from 'node:timers/promises'
import { hubEventWords, hubLastingWords, hubStatusWords } from '../../checker/source/hub-words.ts'
import { type HubReady, startKasperskyHubEmulator } from '../../emulators/kaspersky-hub/main.ts'
import type { HistoryEntry } from '../../emulators/kaspersky-hub/world.ts'
import { ChannelsInput } from '../../src/usecases/channel-settings.ts'
import { createSourceToken } from '../../src/usecases/create-source-token.ts'
import { saveChannels } from '../../src/usecases/save-channels.ts'
import { showChannels } from '../../src/usecases/show-channels.ts'
import { createStageEmulator, type Order, type StageEmulator } from '../stage-emulator.ts'
import type { Ground, JoinedSource, WorldSource } from '../world-parts.ts'

/**
 * The cloud products. A script at the provider posts computers and mailboxes by web requests, and a whole list every night; the SIEM
 * export sends events of computers by syslog; Microsoft 365 is told by mail, to an address of each company.
 */

type Plan = {
  readonly id: string
  readonly name: string
  readonly clients: readonly string[]
  readonly devices: number
  readonly seed: number
}
type Sending = { readonly twice?: boolean; readonly reversed?: boolean }
type Company = { readonly key: string; readonly name: string }

const nightMs = 86_400_000
const ownDomain = 'hub.msp.example'
const sender = 'notify@vendor.example'
/** The group that an event names; the company stands in it. */
const groupOf = ({ name }: Company): string => `Managed devices/${name}`
const addressOf = ({ key }: Company): string => `${key}@${ownDomain}`

/** Starts the feeder of a hub. It sends from the moment at which it is joined, whatever happens there at once. */
export async function startHub({ clock, troubles, atEnd }: Ground, plan: Plan): Promise<WorldSource> {
  const { id, name, clients, devices, seed } = plan
  const running = await startKasperskyHubEmulator({ port: 0, clock, seed, devices, companies: clients })
  atEnd(() => running.stop())
  const base = createStageEmulator<HistoryEntry, HubReady>(running, { faulty: () => undefined })
  const companies = (): Company[] => base.state('companies') as Company[]
  let listedAt: number | null = null
  let isSilent = false
  let how: Sending = {}

  async function send(): Promise<void> {
    if (listedAt === null || isSilent) return
    const now = clock.now().getTime()
    if (now - listedAt >= nightMs) {
      await base.act({ act: 'list' })
      listedAt = now
    }
    for (const channel of ['http', 'syslog', 'mail']) await flush(base, channel, how)
  }

  return {
    id,
    name,
    connector: 'kaspersky-hub',
    emulator: {
      ...base,
      async act(order) {
        const answer = await base.act(order)
        await send()
        return answer
      },
      /** Nobody asks it for anything, so its faults are in how it sends: not at all, everything twice, the newest first. */
      setFaults(settings) {
        const { silent = false, twice = false, reversed = false, ...others } = settings
        const [other] = Object.keys(others)
        if (other !== undefined) {
          throw new Error(`A hub is never asked: “${other}” would change nothing. Use silent, twice or reversed.`)
        }
        how = { twice: twice === true, reversed: reversed === true }
        isSilent = silent === true
        const words = `nobody hears of ${name}`
        if (isSilent) troubles.begin(id, { of: 'source', source: name, tenant: null, can: 'some', words })
        else troubles.end(id)
      },
    },
    look: '/_emulator/state?part=companies',
    settings: {},
    intervals: () => ({}),
    tenants: companies,
    rows: () => ({ statuses: hubStatusWords, eventTypes: { ...hubLastingWords, ...hubEventWords } }),
    evidence: () => ({ vendor: 'kaspersky-hub', id: name, history: base.history() }),
    async join(ours) {
      for (const order of await openDoors(ours, companies())) await base.act(order)
      await base.act({ act: 'list' })
      listedAt = clock.now().getTime()
      await send()
    },
  }
}

/** Throws when something was refused or could not be sent: on this stage nothing stands in its way. */
async function flush(feeder: StageEmulator<unknown>, channel: string, how: Sending): Promise<void> {
  const { refused, pushedBack } = (await feeder.act({ act: 'flush', channel, again: 20, ...how })) as {
    refused: string | null
    pushedBack: number
  }
  if (refused !== null) throw new Error(`Tocsin refused what the hub sent by ${channel}: ${refused}`)
  if (pushedBack > 20) throw new Error(`What the hub sends by ${channel} does not get to Tocsin.`)
}

/** Makes a token and opens both listeners, as a person would in the console; gives what connects the feeder to them. */
async function openDoors({ deps, sourceId, address }: JoinedSource, companies: readonly Company[]): Promise<Order[]> {
  const token = { sourceId, name: 'Inventory script', company: null, kind: 'token', endsAt: null } as const
  const { secret } = await createSourceToken(deps, token)
  const { version, mail } = await showChannels(deps, { sourceId })
  const door = { host: '127.0.0.1', port: 0 }
  const rule = (company: Company) => ({
    name: company.name,
    match: 'exact',
    company: company.key,
    companyName: company.name,
  })
  const input = ChannelsInput.parse({
    version,
    syslog: {
      ...door,
      tls: { makeFor: [ownDomain] },
      companyRules: companies.map((one) => ({ ...rule(one), on: 'field', field: 'gn', value: groupOf(one) })),
    },
    smtp: {
      ...door,
      ...{ name: ownDomain, domains: [ownDomain], encryption: 'required', certificate: { makeFor: [ownDomain] } },
    },
    mail: {
      ...mail,
      allowSenders: [sender],
      companyRules: companies.map((one) => ({ ...rule(one), on: 'recipient', field: '', value: addressOf(one) })),
    },
  })
  const saved = await saveChannels(deps, { sourceId, ...input })
  const trust = (pem: string | undefined) => ({ trust: pem ?? '', name: ownDomain })
  const addresses = Object.fromEntries(companies.map((one) => [one.key, addressOf(one)]))
  const connect = { act: 'connect' }
  const ports = await portsOf({ deps, sourceId, address })
  return [
    { ...connect, url: address, sourceId, token: secret, kinds: ['list', 'change', 'removal', 'mailboxes'] },
    {
      ...{ ...connect, channel: 'syslog', port: ports.syslog, kinds: ['event'] },
      tls: trust(saved.syslog?.tls?.certificate),
    },
    {
      ...{ ...connect, channel: 'mail', port: ports.smtp, kinds: ['event'], from: sender, addresses },
      tls: trust(saved.smtp?.certificate?.certificate),
    },
  ]
}

const patienceMs = 30_000

/** The ports that the listeners got. They open by themselves soon after they were saved. */
async function portsOf({ deps, sourceId }: JoinedSource): Promise<{ syslog: number; smtp: number }> {
  const until = performance.now() + patienceMs
  for (;;) {
    const { states } = await showChannels(deps, { sourceId })
    const [syslog, smtp] = ['syslog', 'smtp'].map((channel) => {
      const state = states.find((one) => one.channel === channel && one.state === 'listening')
      return Number(/:(\d+)$/.exec(state?.address ?? '')?.[1] ?? 0)
    })
    if (syslog && smtp) return { syslog, smtp }
    if (performance.now() > until) {
      const words = states.map(({ channel, state, message }) => `${channel} ${state} ${message}`).join('; ')
      throw new Error(`The listeners of the hub did not open: ${words}`)
    }
    await sleep(100)
  }
}
