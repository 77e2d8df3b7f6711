import { Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import type { FormEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { FormProblem } from './form-problem.tsx'

/** Makes something that has a secret: its form, and then, this once, the secret. */
export function MakeOnce<Made>({
  title,
  making,
  shown,
  onClose,
  children,
}: {
  /** What is done; also on the button. */
  title: string
  making: UseMutationResult<Made, Error, void>
  /** What stands in the place of the form afterwards. */
  shown(made: Made): ReactNode
  onClose(): void
  /** The form's fields. */
  children: ReactNode
}): ReactNode {
  const { t } = useTranslation()

  function submit(event: FormEvent): void {
    event.preventDefault()
    making.mutate()
  }

  return (
    <Modal opened onClose={onClose} title={title} centered closeButtonProps={{ 'aria-label': t('confirm.close') }}>
      {making.data !== undefined ? (
        shown(making.data)
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <FormProblem error={making.error} />
            {children}
            <Group justify="flex-end">
              <Button type="submit" loading={making.isPending}>
                {title}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  )
}

/** A secret that is shown this once, ready to be copied. */
export function ShownOnce({ text, help }: { text: string; help: string }): ReactNode {
  const { t } = useTranslation()
  return (
    <Stack gap="sm">
      <Text size="sm">{help}</Text>
      <Code block style={{ wordBreak: 'break-all' }}>
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => <Button onClick={copy}>{t(copied ? 'people.copied' : 'people.copy')}</Button>}
      </CopyButton>
    </Stack>
  )
}
