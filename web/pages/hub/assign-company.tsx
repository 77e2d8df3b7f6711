import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { assignUnread } from '../../api/generated/sdk.gen.ts'
import { fieldErrors } from '../../api/problem.ts'
import { FormProblem } from '../../ui/form-problem.tsx'
import { CompanyChoice, type CompanyChosen } from './company-choice.tsx'
import type { UnreadGroup } from './hub-queries.ts'

/** Gives the messages of one group to a company: a known one, or a new one by its key. */
export function AssignCompany({
  sourceId,
  group: { id: groupId, origin, messages },
  onAssigned,
  onClose,
}: {
  sourceId: number
  group: UnreadGroup
  onAssigned(count: number, company: string): void
  onClose(): void
}): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [company, setCompany] = useState<CompanyChosen | null>(null)
  const assigning = useMutation({
    mutationFn: (to: CompanyChosen) => call(assignUnread({ path: { id: sourceId }, body: { groupId, company: to } })),
    onSuccess: async ({ assigned }, { key, name }) => {
      await Promise.all(
        [['inbox'], ['unread'], ['unread-groups'], ['tenants']].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      )
      onAssigned(assigned, name === '' ? key : name)
    },
  })
  const errors = fieldErrors(assigning.error)

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (company !== null) assigning.mutate(company)
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={t('hub.assignTitle', { count: messages })}
      centered
      closeButtonProps={{ 'aria-label': t('confirm.close') }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{t('hub.assignText', { origin })}</Text>
          <FormProblem error={assigning.error} />
          <CompanyChoice
            sourceId={sourceId}
            label={t('hub.company')}
            help={t('hub.assignHelp')}
            value={company}
            errors={{ key: errors['company.key'], name: errors['company.name'] }}
            onChange={setCompany}
          />
          <Text size="xs" c="dimmed">
            {t('hub.assignOnce')}
          </Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('confirm.cancel')}
            </Button>
            <Button
              type="submit"
              loading={assigning.isPending}
              disabled={company === null || company.key.trim() === ''}
            >
              {t('hub.assign')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
