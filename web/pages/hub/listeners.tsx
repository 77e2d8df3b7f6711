import { Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Channels, ConnectorList } from '../../api/generated/types.gen.ts'
import { useMay } from '../../app/session.ts'
import { CertificateFields } from './certificate-fields.tsx'
import { ChannelCard } from './channel-card.tsx'
import { type ChannelField, ChannelFields, isWrongIn, keysOf } from './channel-fields.tsx'
import { CompanyRules } from './company-rules.tsx'
import { Folded } from './folded.tsx'
import { Mailbox } from './mailbox.tsx'
import { ReadRules } from './read-rules.tsx'
import { errorsOf } from './rule-list.tsx'
import { StatusPhrases } from './status-phrases.tsx'
import type { ChannelsEdited } from './use-channels.ts'

type Catalogue = ConnectorList['sources'][number]['catalogue']

const number = (key: string): ChannelField => ({ key, kind: 'number', required: true })

const door: readonly ChannelField[] = [{ key: 'host', kind: 'text', required: true }, number('port')]
const clients: ChannelField = { key: 'clientCertificates', kind: 'choice', choices: ['none', 'optional', 'required'] }
const authorities: ChannelField = { key: 'clientAuthorities', kind: 'multiline', required: true }
const syslogMore: readonly ChannelField[] = [
  { key: 'udpPort', kind: 'number', optional: true },
  { key: 'zoneMinutes', kind: 'number', required: true },
  { key: 'statusNamesAll', kind: 'boolean' },
]
const syslogLimits = ['messageBytes', 'connections', 'connectionsPerPeer', 'idleSeconds', 'waitingPerPeer'].map(number)
const smtpFields: readonly ChannelField[] = [
  ...door,
  { key: 'name', kind: 'text', required: true },
  { key: 'domains', kind: 'lines', required: true },
  { key: 'encryption', kind: 'choice', choices: ['offered', 'required', 'from-the-start', 'none'] },
]
const smtpLimits = [
  'messageBytes',
  'connections',
  'connectionsPerPeer',
  'recipients',
  'messagesPerMinutePerPeer',
  'messagesPerMinutePerRecipient',
  'idleSeconds',
].map(number)
/** The ways in that listen or look by themselves: syslog, mail by SMTP, a mailbox. */
export function Listeners({
  sourceId,
  edited,
  channels,
  catalogue,
}: {
  sourceId: number
  edited: ChannelsEdited
  channels: Channels
  catalogue: Catalogue
}): ReactNode {
  return (
    <Stack gap="md">
      <Syslog edited={edited} channels={channels} catalogue={catalogue} />
      <Smtp edited={edited} channels={channels} />
      <Mailbox sourceId={sourceId} edited={edited} channels={channels} />
    </Stack>
  )
}

function Syslog({
  edited,
  channels,
  catalogue,
}: {
  edited: ChannelsEdited
  channels: Channels
  catalogue: Catalogue
}): ReactNode {
  const { t } = useTranslation()
  const isReadOnly = !useMay('administrator')
  const section = edited.section('syslog', channels)
  const { draft, errors, set } = section
  const states = channels.states.filter(({ channel }) => channel === 'syslog')
  return (
    <ChannelCard section="syslog" edited={section} isSetUp={channels.syslog !== null} states={states}>
      <ChannelFields
        fields={[...door, { key: 'encrypted', kind: 'boolean' }]}
        values={draft}
        errors={errors}
        onChange={set}
      />
      {draft.encrypted && (
        <>
          <CertificateFields
            stored={channels.syslog?.tls ?? null}
            draft={draft.certificate}
            errors={errorsOf(errors, 'tls')}
            onChange={(certificate) => set({ ...draft, certificate })}
          />
          <ChannelFields
            fields={draft.clientCertificates === 'none' ? [clients] : [clients, authorities]}
            values={draft}
            errors={errorsOf(errors, 'tls')}
            onChange={set}
          />
        </>
      )}
      <ChannelFields fields={[{ key: 'allowFrom', kind: 'lines' }]} values={draft} errors={errors} onChange={set} />
      <CompanyRules
        places={['host', 'certificate', 'peer', 'tag', 'field']}
        rules={draft.companyRules}
        errors={errorsOf(errors, 'companyRules')}
        isReadOnly={isReadOnly}
        onChange={(companyRules) => set({ ...draft, companyRules })}
      />
      <Folded
        title={t('hub.moreSyslog')}
        isWrong={isWrongIn(errors, ['readRules', 'statusPhrases', ...keysOf(syslogMore)])}
      >
        <ChannelFields fields={syslogMore} values={draft} errors={errors} onChange={set} />
        <ReadRules
          title={t('hub.readRules')}
          help={t('hub.readRulesHelp')}
          none={t('hub.noReadRules')}
          fieldNames={null}
          words={channels.words}
          rules={draft.readRules}
          errors={errorsOf(errors, 'readRules')}
          isReadOnly={isReadOnly}
          onChange={(readRules) => set({ ...draft, readRules })}
        />
        <StatusPhrases
          statuses={catalogue.statuses}
          phrases={draft.statusPhrases}
          error={errors.statusPhrases}
          onChange={(statusPhrases) => set({ ...draft, statusPhrases })}
        />
      </Folded>
      <Limits fields={syslogLimits} draft={draft} errors={errors} set={set} />
    </ChannelCard>
  )
}

function Smtp({ edited, channels }: { edited: ChannelsEdited; channels: Channels }): ReactNode {
  const section = edited.section('smtp', channels)
  const { draft, errors, set } = section
  const states = channels.states.filter(({ channel }) => channel === 'smtp')
  return (
    <ChannelCard section="smtp" edited={section} isSetUp={channels.smtp !== null} states={states}>
      <ChannelFields fields={smtpFields} values={draft} errors={errors} onChange={set} />
      {draft.encryption !== 'none' && (
        <CertificateFields
          stored={channels.smtp?.certificate ?? null}
          draft={draft.certificate}
          errors={{
            ...(errors.certificate && { certificate: errors.certificate }),
            ...errorsOf(errors, 'certificate'),
          }}
          onChange={(certificate) => set({ ...draft, certificate })}
        />
      )}
      <Limits fields={smtpLimits} draft={draft} errors={errors} set={set} />
    </ChannelCard>
  )
}

function Limits<D extends { readonly limits: object }>({
  fields,
  draft,
  errors,
  set,
}: {
  fields: readonly ChannelField[]
  draft: D
  errors: Readonly<Record<string, string>>
  set(draft: D): void
}): ReactNode {
  const { t } = useTranslation()
  return (
    <Folded title={t('hub.limits')} isWrong={isWrongIn(errors, ['limits'])}>
      <Text size="sm" c="dimmed">
        {t('hub.limitsHelp')}
      </Text>
      <ChannelFields
        fields={fields}
        values={draft.limits}
        errors={errorsOf(errors, 'limits')}
        onChange={(limits) => set({ ...draft, limits })}
      />
    </Folded>
  )
}
