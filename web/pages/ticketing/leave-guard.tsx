import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** Asks before the page is left with unsaved edits; another section of it is no leaving. */
export function LeaveGuard({ unsaved }: { unsaved: number }): ReactNode {
  const { t } = useTranslation()
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => unsaved > 0 && current.pathname !== next.pathname,
    enableBeforeUnload: () => unsaved > 0,
    withResolver: true,
  })
  if (leaving.status !== 'blocked') return null
  return (
    <Modal
      opened
      onClose={leaving.reset}
      title={t('ticketing.leaveTitle')}
      centered
      closeButtonProps={{ 'aria-label': t('confirm.close') }}
    >
      <Stack gap="md">
        <Text size="sm">{t('ticketing.leaveText', { count: unsaved })}</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={leaving.reset}>
            {t('ticketing.stay')}
          </Button>
          <Button color="red" onClick={leaving.proceed}>
            {t('ticketing.leave')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
