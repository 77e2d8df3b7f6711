import { Alert, Button, Group, Modal, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** Asks before something that is not easily taken back, saying what it implies; shows why it did not work. */
export function Confirm({
  title,
  children,
  action,
  isDangerous = true,
  run,
  onClose,
}: {
  title: string
  /** What it implies. */
  children: ReactNode
  /** Word on the button: the deed itself, not “OK”. */
  action: string
  isDangerous?: boolean
  run(): Promise<unknown>
  onClose(): void
}): ReactNode {
  const { t } = useTranslation()
  const doing = useMutation({ mutationFn: run, onSuccess: onClose })
  return (
    <Modal opened onClose={onClose} title={title} centered closeButtonProps={{ 'aria-label': t('confirm.close') }}>
      <Stack gap="md">
        {children}
        {doing.error !== null && (
          <Alert color="red" role="alert">
            {doing.error.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('confirm.cancel')}
          </Button>
          <Button {...(isDangerous && { color: 'red' })} loading={doing.isPending} onClick={() => doing.mutate()}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
