import { Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Connection } from '../../api/generated/types.gen.ts'
import type { Integration } from '../../app/current-integration.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { type ConnectionKind, remove } from './connection-kinds.ts'

/** Asks before a connection is deleted; where something uses it, says what, and offers nothing. */
export function DeleteConnection({
  kind,
  connection,
  usedBy,
  onDeleted,
  onClose,
}: {
  kind: ConnectionKind
  connection: Connection
  usedBy: readonly Integration[]
  onDeleted?(): void
  onClose(): void
}): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const title = t('connections.deleteTitle', { name: connection.name })
  if (usedBy.length > 0) {
    return (
      <Modal opened onClose={onClose} title={title} centered closeButtonProps={{ 'aria-label': t('confirm.close') }}>
        <Stack gap="md">
          <Text size="sm">{t('connections.inUse')}</Text>
          <ul>
            {usedBy.map(({ id, name, openTickets }) => (
              <li key={id}>
                <Anchor component={Link} to={`/integrations/${id}`} size="sm" underline="always">
                  {name}
                </Anchor>{' '}
                <Text span size="sm">
                  {t('connections.inUseTickets', { count: openTickets })}
                </Text>
              </li>
            ))}
          </ul>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('confirm.close')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    )
  }
  async function run(): Promise<void> {
    await remove(kind, connection.id)
    onDeleted?.()
    await queries.invalidateQueries()
  }
  return (
    <Confirm title={title} action={t('connections.delete')} run={run} onClose={onClose}>
      <Text size="sm">{t(`connections.deleteText.${kind}`)}</Text>
    </Confirm>
  )
}
