import { Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { deleteIntegration } from '../../api/generated/sdk.gen.ts'
import { chooseIntegration, type Integration } from '../../app/current-integration.ts'
import { Confirm } from '../../ui/confirm.tsx'

/** Asks before an integration is deleted and says what goes with it; with tickets that are not done it cannot be. */
export function DeleteIntegration({
  integration,
  onDeleted,
  onClose,
}: {
  integration: Integration
  onDeleted?(): void
  onClose(): void
}): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { id, name, openTickets, mappedTenants } = integration
  const title = t('integrations.deleteTitle', { name })
  if (openTickets > 0) {
    return (
      <Modal opened onClose={onClose} title={title} centered closeButtonProps={{ 'aria-label': t('confirm.close') }}>
        <Stack gap="md">
          <Text size="sm">{t('integrations.deleteOpen', { count: openTickets })}</Text>
          <Group justify="flex-end" gap="xs">
            <Button component={Link} to="/tickets" variant="default" onClick={() => chooseIntegration(id)}>
              {t('integrations.deleteShow')}
            </Button>
            <Button variant="default" onClick={onClose}>
              {t('confirm.close')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    )
  }
  async function run(): Promise<void> {
    await call(deleteIntegration({ path: { id } }))
    onDeleted?.()
    await queries.invalidateQueries()
  }
  return (
    <Confirm title={title} action={t('integrations.delete')} run={run} onClose={onClose}>
      <Stack gap="xs">
        <Text size="sm">{t('integrations.deleteWhat', { count: mappedTenants })}</Text>
        <Text size="sm">{t('integrations.deleteStays')}</Text>
        <Text size="sm">
          <Anchor component={Link} to={`/integrations/${id}`} size="sm" onClick={onClose}>
            {t('integrations.deleteRather')}
          </Anchor>
        </Text>
      </Stack>
    </Confirm>
  )
}
