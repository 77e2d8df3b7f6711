import type { Measured, MeasuredSource } from '../core/measured.ts'
import { type ChannelStateRow, listChannels, loadChannelStates } from '../db/source-channels.ts'
import { certificateChain } from '../lib/certificate.ts'
import type { StoredChannels } from './channel-settings.ts'
import type { Deps } from './deps.ts'
import { stateKeptMs } from './show-channels.ts'

export type MeasuredChannels = {
  /** Listeners that are switched on and stand in no process, by source. */
  readonly silent: ReadonlyMap<number, MeasuredSource['silentChannels']>
  /** Ends of the certificates that our own listeners show. */
  readonly ends: Measured['ends']
}

const channelWords = { syslog: 'syslog', smtp: 'mail' } as const
const nobody = 'No process listens: start one with the role “all” or “web”.'

/** How the listeners of all sources are, from the database alone. */
export async function measureChannels(deps: Pick<Deps, 'pool' | 'clock'>): Promise<MeasuredChannels> {
  const rows = await listChannels<StoredChannels>(deps.pool)
  const states = await loadChannelStates(deps.pool, new Date(deps.clock.now().getTime() - stateKeptMs))
  const silent = rows.map(({ sourceId, settings }): [number, MeasuredSource['silentChannels']] => {
    const wanted = (['syslog', 'smtp'] as const).filter((channel) => settings[channel]?.enabled === true)
    return [
      sourceId,
      wanted.flatMap((channel) =>
        silence(
          channel,
          states.filter((one) => isOf(one, sourceId, channel)),
        ),
      ),
    ]
  })
  return { silent: new Map(silent), ends: rows.flatMap(endsOf) }
}

function isOf(state: ChannelStateRow, sourceId: number, channel: string): boolean {
  return state.sourceId === sourceId && state.channel === channel
}

/** One process that listens is enough: several on one machine cannot have the same port. */
function silence(
  channel: keyof typeof channelWords,
  states: readonly ChannelStateRow[],
): MeasuredSource['silentChannels'] {
  if (states.some(({ state }) => state === 'listening')) return []
  return [{ what: channelWords[channel], message: states[0]?.message ?? nobody }]
}

function endsOf({
  sourceId,
  sourceName: name,
  settings,
}: Awaited<ReturnType<typeof listChannels<StoredChannels>>>[number]) {
  const { syslog, smtp } = settings
  const shown = [
    { what: 'certificate that syslog is received with', pem: (syslog?.enabled && syslog.tls?.certificate) || '' },
    { what: 'certificate that mail is received with', pem: (smtp?.enabled && smtp.certificate?.certificate) || '' },
  ]
  const ends = shown.flatMap(({ what, pem }) => {
    const [first] = certificateChain(pem)
    return first === undefined ? [] : [{ what, endsAt: first.notAfter }]
  })
  // A source has one such alarm: that of the certificate which ends first.
  const [next] = ends.toSorted((a, b) => a.endsAt.getTime() - b.endsAt.getTime())
  return next === undefined
    ? []
    : [{ kind: 'certificate-expiring' as const, subject: `source/${sourceId}`, name, ...next }]
}

/** Seconds between two looks into the mailbox of each source that has one. */
export async function mailboxIntervals(deps: Pick<Deps, 'pool'>): Promise<ReadonlyMap<number, number>> {
  const rows = await listChannels<StoredChannels>(deps.pool)
  return new Map(
    rows.flatMap(({ sourceId, settings: { mailbox } }) => (mailbox === null ? [] : [[sourceId, mailbox.everySeconds]])),
  )
}
