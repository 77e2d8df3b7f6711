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
}: {
  source: Connection
  /** Settings of its connector. */
  fields: readonly SettingsField[]
}): ReactNode {
  const { t } = useTranslation()
  const fields = useSettingsFields(source.connector, plain)
  const field = fields.find(({ key }) => key === 'statusEnds')
  if (field === undefined) return null
  const chosen = String(source.settings[field.key] ?? field.default ?? '')
  return (
    <Alert color="gray" title={t('hub.howStatusEnds')}>
      <Text size="sm">
        {field.title} <strong>{field.titles[chosen] ?? chosen}</strong>. {field.help}
      </Text>
      <Text size="sm" mt={4}>
        {t('hub.statusLimits')}{' '}
        <Anchor component={Link} to={`/connections/source/${source.id}`} size="sm" underline="always">
          {t('hub.toSettings')}
        </Anchor>
      </Text>
    </Alert>
  )
}
