import { Alert, Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { createSourceToken } from '../../api/generated/sdk.gen.ts'
import { fieldErrors } from '../../api/problem.ts'
import { ShownOnce } from '../people/invite-person.tsx'
import { CompanyChoice, type CompanyChosen } from './company-choice.tsx'

const kinds = ['token', 'signature'] as const

/** Makes a token, or a key that signs, for all companies or for one; its secret is shown this once. */
export function MakeSourceToken({ sourceId, onClose }: { sourceId: number; onClose(): void }): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [kind, setKind] = useState<(typeof kinds)[number]>('token')
  const [company, setCompany] = useState<CompanyChosen | null>(null)
  const making = useMutation({
    mutationFn: () =>
      call(createSourceToken({ path: { id: sourceId }, body: { name, kind, company: company?.key ?? null } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['source-tokens'] }),
  })
  const errors = fieldErrors(making.error)

  function submit(event: FormEvent): void {
    event.preventDefault()
    making.mutate()
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={t('hub.makeToken')}
      centered
      closeButtonProps={{ 'aria-label': t('confirm.close') }}
    >
      {making.data === undefined ? (
        <form onSubmit={submit}>
          <Stack gap="sm">
            {making.error !== null && Object.keys(errors).length === 0 && (
              <Alert color="red" role="alert">
                {making.error.message}
              </Alert>
            )}
            <TextInput
              label={t('hub.tokenName')}
              description={t('hub.tokenNameHelp')}
              required
              data-autofocus
              autoComplete="off"
              value={name}
              error={errors.name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Radio.Group
              label={t('hub.kind')}
              value={kind}
              onChange={(next) => setKind(kinds.find((one) => one === next) ?? kind)}
            >
              <Stack gap={6} mt={4}>
                {kinds.map((value) => (
                  <Radio
                    key={value}
                    value={value}
                    label={t(`hub.kinds.${value}`)}
                    description={t(`hub.kindHelp.${value}`)}
                  />
                ))}
              </Stack>
            </Radio.Group>
            <CompanyChoice
              sourceId={sourceId}
              label={t('hub.mayFor')}
              help={t('hub.mayForHelp')}
              forAll={t('hub.allCompanies')}
              value={company}
              errors={{ key: errors.company }}
              onChange={setCompany}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={making.isPending}>
                {t('hub.makeToken')}
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Stack gap="sm">
          {kind === 'signature' && <Alert color="gray">{t('hub.keyIdIs', { id: making.data.token.id })}</Alert>}
          <ShownOnce text={making.data.secret} help={t('hub.secretHelp')} />
        </Stack>
      )}
    </Modal>
  )
}
