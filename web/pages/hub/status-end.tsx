import { Alert, Anchor, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Connection, SettingsField } from '../../api/generated/types.gen.ts'
import { useSettingsFields } from '../../connectors/use-settings-fields.ts'

/** Says plainly when a status that a message reported counts as over: no such end is documented, so it matters. */
export function StatusEnd({
  source,
  fields: plain,
  namesAll,
}: {
  source: Connection
  /** Settings of its connector. */
  fields: readonly SettingsField[]
  /** What the syslog listener is told: a later status event ends the reasons that it leaves out. */
  namesAll: boolean
}): ReactNode {
  const { t } = useTranslation()
  const fields = useSettingsFields(source.connector, plain)
  const field = fields.find(({ key }) => key === 'statusEnds')
  const hold = fields.find(({ key }) => key === 'statusHoldHours')
  if (field === undefined) return null
  const wordsOf = (choice: string) => field.titles[choice] ?? choice
  const usual = String(field.default ?? '')
  const chosen = String(source.settings[field.key] ?? usual)
  const hours = String(source.settings.statusHoldHours ?? hold?.default ?? '')
  return (
    <Alert color="gray" title={t('hub.howStatusEnds')}>
      <Text size="sm">
        {field.title} <strong>{wordsOf(chosen)}</strong>.{' '}
        {t(`hub.statusDefault.${chosen === usual ? 'yes' : 'no'}`, { words: wordsOf(usual) })}
      </Text>
      <Text size="sm" mt={4}>
        {t(`hub.statusLimits.${chosen === 'said-or-held' ? 'said-or-held' : 'said'}`, { hours })}{' '}
        <Anchor component={Link} to={`/connections/source/${source.id}`} size="sm" underline="always">
          {t('hub.toSettings')}
        </Anchor>
      </Text>
      <Text size="sm" mt={4}>
        {t(`hub.statusLeavesOut.${namesAll ? 'on' : 'off'}`, { setting: t('hub.fields.statusNamesAll.title') })}
      </Text>
    </Alert>
  )
}
