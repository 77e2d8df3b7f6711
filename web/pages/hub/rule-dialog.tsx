import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** What the dialog of one rule is given by its list. */
export type RuleEditing<Rule> = {
  readonly rule: Rule
  /** What was refused, by field of the rule. */
  readonly errors: Readonly<Record<string, string>>
  onApply(rule: Rule): void
  onClose(): void
}

/** The frame of a rule's form: its name and, below its fields, that it is applied but not saved yet. */
export function RuleDialog({
  title,
  name,
  error,
  onName,
  onApply,
  onClose,
  children,
}: {
  title: string
  name: string
  /** Of the name. */
  error: string | undefined
  onName(name: string): void
  onApply(): void
  onClose(): void
  children: ReactNode
}): ReactNode {
  const { t } = useTranslation()

  function submit(event: FormEvent): void {
    event.preventDefault()
    // The dialog stands within the form of the channel, which must not be saved by it.
    event.stopPropagation()
    onApply()
  }

  return (
    <Modal opened onClose={onClose} size="xl" title={title} closeButtonProps={{ 'aria-label': t('confirm.close') }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={t('hub.ruleName')}
            required
            data-autofocus
            autoComplete="off"
            value={name}
            error={error}
            onChange={(event) => onName(event.currentTarget.value)}
          />
          {children}
          <Group justify="space-between" gap="xs">
            <Text size="xs" c="dimmed">
              {t('hub.applyHelp')}
            </Text>
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                {t('confirm.cancel')}
              </Button>
              <Button type="submit">{t('hub.apply')}</Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
