import { Card, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Channels } from '../../api/generated/types.gen.ts'
import { useMay } from '../../app/session.ts'
import { SectionForm } from './channel-card.tsx'
import { type ChannelField, ChannelFields } from './channel-fields.tsx'
import { CompanyRules } from './company-rules.tsx'
import { MailTester } from './mail-tester.tsx'
import { ReadRules } from './read-rules.tsx'
import { errorsOf } from './rule-list.tsx'
import type { ChannelsEdited } from './use-channels.ts'

const fields: readonly ChannelField[] = [
  { key: 'allowSenders', kind: 'lines' },
  { key: 'allowRelays', kind: 'lines' },
]

/** How mails are read, whichever way they come, and what is read of one that is pasted; also by what is not saved yet. */
export function MailReading({
  sourceId,
  edited,
  channels,
  pasted,
  onPasted,
}: {
  sourceId: number
  edited: ChannelsEdited
  channels: Channels
  /** The mail in the tester. */
  pasted: string
  onPasted(raw: string): void
}): ReactNode {
  const { t } = useTranslation()
  const isReadOnly = !useMay('administrator')
  const section = edited.section('mail', channels)
  const { draft, errors, set } = section
  return (
    <Stack gap="md">
      <MailTester sourceId={sourceId} mail={section.isEdited ? draft : null} raw={pasted} onRaw={onPasted} />
      <Card withBorder component="section" aria-label={t('hub.howRead')}>
        <Stack gap="md">
          <div>
            <Title order={2}>{t('hub.howRead')}</Title>
            <Text size="sm" c="dimmed">
              {t('hub.howReadHelp')}
            </Text>
          </div>
          <SectionForm edited={section}>
            <ChannelFields fields={fields} values={draft} errors={errors} onChange={set} />
            <CompanyRules
              places={['recipient', 'sender', 'field']}
              rules={draft.companyRules}
              errors={errorsOf(errors, 'companyRules')}
              isReadOnly={isReadOnly}
              onChange={(companyRules) => set({ ...draft, companyRules })}
            />
            <ReadRules
              title={t('hub.patterns')}
              help={t('hub.patternsHelp')}
              none={t('hub.noPatterns')}
              fieldNames={channels.mailFields}
              words={channels.words}
              rules={draft.patterns}
              errors={errorsOf(errors, 'patterns')}
              isReadOnly={isReadOnly}
              onChange={(patterns) => set({ ...draft, patterns })}
            />
          </SectionForm>
        </Stack>
      </Card>
    </Stack>
  )
}
