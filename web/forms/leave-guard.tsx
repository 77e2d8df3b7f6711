import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/**
 * Asks before the page is left with unsaved edits; another section of it is no leaving. Where a form itself leads on once it
 * is saved, or its subject is deleted, navigate with `ignoreBlocker`.
 */
export function LeaveGuard({ unsaved }: { /** How many changes would be lost. */ unsaved: number }): ReactNode {
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
      title={t('forms.leaveTitle')}
      centered
      closeButtonProps={{ 'aria-label': t('confirm.close') }}
    >
      <Stack gap="md">
        <Text size="sm">{t('forms.leaveText', { count: unsaved })}</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={leaving.reset}>
            {t('forms.stay')}
          </Button>
          <Button color="red" onClick={leaving.proceed}>
            {t('forms.leave')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
