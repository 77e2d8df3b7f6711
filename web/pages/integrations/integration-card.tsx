import { Alert, Anchor, Badge, Button, Card, Group, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { chooseIntegration, type Integration } from '../../app/current-integration.ts'
import { useMay } from '../../app/session.ts'
import { DeleteIntegration } from './delete-integration.tsx'
import { PauseIntegration } from './pause-integration.tsx'
import { isPaused, PauseState } from './pause-state.tsx'

/** One integration beside the others: what it pairs, how it is doing, and what can be done with it. */
export function IntegrationCard({
  integration,
  isCurrent,
}: {
  integration: Integration
  isCurrent: boolean
}): ReactNode {
  const { t } = useTranslation()
  const mayPause = useMay('operator')
  const mayDelete = useMay('administrator')
  const [asking, setAsking] = useState<'pause' | 'delete' | null>(null)
  const { id, name, sourceName, psaName, mappedTenants, openTickets, problems } = integration
  const close = () => setAsking(null)
  return (
    <Card withBorder component="section" aria-label={name}>
      <Stack gap="sm" h="100%">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Stack gap={0} miw={0}>
            <Anchor component={Link} to={`/integrations/${id}`} fw={600} style={{ overflowWrap: 'anywhere' }}>
              {name}
            </Anchor>
            <Text size="sm" c="dimmed">
              {sourceName} → {psaName}
            </Text>
          </Stack>
          {isCurrent ? (
            <Badge variant="light">{t('integrations.isCurrent')}</Badge>
          ) : (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => chooseIntegration(id)}
              aria-label={t('integrations.chooseOf', { name })}
            >
              {t('integrations.choose')}
            </Button>
          )}
        </Group>
        <Text size="sm">
          {t('integrations.mapped', { count: mappedTenants })} · {t('integrations.open', { count: openTickets })}
        </Text>
        <PauseState integration={integration} />
        {problems.length > 0 && (
          <Alert color="red" title={t('integrations.broken')}>
            {problems.map(({ field, message }) => (
              <Text key={field} size="sm">
                {message}
              </Text>
            ))}
          </Alert>
        )}
        <Group gap="xs" mt="auto">
          <Button
            component={Link}
            to={`/integrations/${id}`}
            size="compact-sm"
            variant="default"
            aria-label={t('integrations.settingsOf', { name })}
          >
            {t('integrations.settings')}
          </Button>
          {mayPause && !isPaused(integration) && (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setAsking('pause')}
              aria-label={t('integrations.pauseOf', { name })}
            >
              {t('integrations.pause')}
            </Button>
          )}
          {mayDelete && (
            <Button
              size="compact-sm"
              variant="subtle"
              color="red"
              onClick={() => setAsking('delete')}
              aria-label={t('integrations.deleteOf', { name })}
            >
              {t('integrations.delete')}
            </Button>
          )}
        </Group>
      </Stack>
      {asking === 'pause' && <PauseIntegration integration={integration} onClose={close} />}
      {asking === 'delete' && <DeleteIntegration integration={integration} onClose={close} />}
    </Card>
  )
}
