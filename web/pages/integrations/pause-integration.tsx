import { Radio, Stack, Text, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { pauseIntegration } from '../../api/generated/sdk.gen.ts'
import { serverNow } from '../../api/server-clock.ts'
import type { Integration } from '../../app/current-integration.ts'
import { useTerms } from '../../app/terms.ts'
import { Confirm } from '../../ui/confirm.tsx'

const ends = ['hour', 'tomorrow', 'week', 'other'] as const
type End = (typeof ends)[number]

/** Asks until when. A pause without an end is not offered: it would be forgotten. */
export function PauseIntegration({ integration, onClose }: { integration: Integration; onClose(): void }): ReactNode {
  const { t, i18n } = useTranslation()
  const terms = useTerms()
  const queries = useQueryClient()
  const [end, setEnd] = useState<End>('hour')
  const [note, setNote] = useState('')
  const [other, setOther] = useState(localMinute(endOf('tomorrow')))
  const at = end === 'other' ? new Date(other) : endOf(end)
  const isDate = !Number.isNaN(at.getTime())

  async function run(): Promise<void> {
    if (!isDate) throw new Error(t('integrations.pauseNoDate'))
    await call(pauseIntegration({ path: { id: integration.id }, body: { until: at.toISOString(), note } }))
    await queries.invalidateQueries()
  }

  return (
    <Confirm
      title={t('integrations.pauseTitle', { name: integration.name })}
      action={t('integrations.pauseDo')}
      isDangerous={false}
      run={run}
      onClose={onClose}
    >
      <Stack gap="sm">
        <Text size="sm">{t('integrations.pauseText', { ...terms })}</Text>
        <Radio.Group
          label={t('integrations.pauseUntil')}
          value={end}
          onChange={(next) => setEnd(ends.find((one) => one === next) ?? 'hour')}
        >
          <Stack gap={6} mt={6}>
            {ends.map((one) => (
              <Radio
                key={one}
                value={one}
                label={t(`integrations.pauseEnds.${one}`, {
                  at: one === 'other' ? '' : shortTime(endOf(one), i18n.language),
                })}
              />
            ))}
          </Stack>
        </Radio.Group>
        {end === 'other' && (
          <TextInput
            type="datetime-local"
            label={t('integrations.pauseOther')}
            required
            value={other}
            onChange={(event) => setOther(event.currentTarget.value)}
          />
        )}
        <TextInput
          label={t('integrations.pauseNote')}
          description={t('integrations.pauseNoteHelp')}
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
      </Stack>
    </Confirm>
  )
}

const morningHour = 8

function endOf(end: Exclude<End, 'other'>): Date {
  const now = serverNow()
  if (end === 'hour') return new Date(now + 3_600_000)
  const at = new Date(now + (end === 'tomorrow' ? 1 : 7) * 86_400_000)
  at.setHours(morningHour, 0, 0, 0)
  return at
}

/** As an input of date and time wants it, in the viewer's zone. */
function localMinute(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** Day and time in the viewer's zone. */
export function shortTime(at: Date, language: string): string {
  return new Intl.DateTimeFormat(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at)
}
