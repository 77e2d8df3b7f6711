import type { MailReading, SmtpSettings } from '../../src/channels/mail/settings.ts'
import { defaultSmtpLimits } from '../../src/channels/mail/settings.ts'
import { startSmtp } from '../../src/channels/mail/smtp-listener.ts'
import { defaultMailPatterns } from '../../src/channels/mail-patterns.ts'
import type { ChannelMessage } from '../../src/channels/message.ts'
import { startSyslog } from '../../src/channels/syslog/listener.ts'
import { defaultLimits, type SyslogSettings } from '../../src/channels/syslog/settings.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { takeMessages } from '../../src/usecases/take-messages.ts'
import type { HubWorld } from './hub-world.ts'
import { recordingLog } from './recording-log.ts'

/** Keys and names of companies that the listeners know: by their group in syslog, by their own address in mails. */
type KnownCompanies = readonly { readonly key: string; readonly name: string }[]

/** Where all test mails come from. */
export const sender = 'notify@vendor.example'

/** The own address of a company. */
export function addressOf(company: string): string {
  return `${company}@hub.msp.example`
}

/** Real listeners for syslog and mail in front of the real inbox of a world; stop them before it. */
export async function startHubListeners(
  { deps, clock, sourceId }: Pick<HubWorld, 'deps' | 'clock' | 'sourceId'>,
  known: KnownCompanies,
  changes: { readonly syslog?: Partial<SyslogSettings>; readonly smtp?: Partial<SmtpSettings> } = {},
) {
  const log = recordingLog()
  const channel = {
    take: (messages: readonly ChannelMessage[]) => takeMessages(deps, messages),
    log,
    ids: deps.ids,
    // The story's time, but real waiting.
    clock: { now: () => clock.now(), sleep: systemClock.sleep },
  }
  const doors = { sourceId, version: 1, host: '127.0.0.1', port: 0 }
  const rules = known.map(({ key, name }) => ({ name, match: 'exact', company: key, companyName: name }) as const)
  const mails: MailReading = {
    ...{ sourceId, version: 1, allowSenders: [sender], allowRelays: [], patterns: defaultMailPatterns },
    companyRules: rules.map((rule) => ({ ...rule, on: 'recipient', value: addressOf(rule.company) })),
  }
  const syslog = await startSyslog(channel, {
    ...doors,
    ...{ version: 1, tls: null, udpPort: null, allowFrom: [], readRules: [], statusPhrases: [], statusNamesAll: false },
    ...{ zoneMinutes: 0, limits: defaultLimits },
    companyRules: rules.map((rule) => ({ ...rule, on: 'field', field: 'gn', value: `Managed devices/${rule.name}` })),
    ...changes.syslog,
  })
  const smtp = await startSmtp(channel, {
    ...{ ...doors, ...mails, name: 'hub.msp.example', domains: ['hub.msp.example'], limits: defaultSmtpLimits },
    ...{ encryption: 'none', certificate: null },
    ...changes.smtp,
  })
  return {
    syslog,
    smtp,
    log,
    async stop(): Promise<void> {
      await Promise.all([syslog.stop(), smtp.stop()])
    },
  }
}
