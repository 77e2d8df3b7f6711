import { Alert, Radio, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { createSourceToken } from '../../api/generated/sdk.gen.ts'
import { fieldErrors } from '../../api/problem.ts'
import { MakeOnce, ShownOnce } from '../../ui/make-once.tsx'
import { CompanyChoice, type CompanyChosen } from './company-choice.tsx'

const kinds = ['token', 'signature'] as const

/** Makes a token, or a key that signs, for all companies or for one; its secret is shown this once. */
export function MakeSourceToken({ sourceId, onClose }: { sourceId: number; onClose(): void }): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [kind, setKind] = useState<(typeof kinds)[number]>('token')
  const [company, setCompany] = useState<CompanyChosen | null>(null)
  const [endsOn, setEndsOn] = useState('')
  const making = useMutation({
    mutationFn: () => {
      const endsAt = endsOn === '' ? null : new Date(`${endsOn}T23:59:59`).toISOString()
      return call(
        createSourceToken({ path: { id: sourceId }, body: { name, kind, company: company?.key ?? null, endsAt } }),
      )
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['source-tokens'] }),
  })
  const errors = fieldErrors(making.error)

  return (
    <MakeOnce
      title={t('hub.makeToken')}
      making={making}
      onClose={onClose}
      shown={({ token, secret }) => (
        <Stack gap="sm">
          {kind === 'signature' && <Alert color="gray">{t('hub.keyIdIs', { id: token.id })}</Alert>}
          <ShownOnce text={secret} help={t('hub.secretHelp')} />
        </Stack>
      )}
    >
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
            <Radio key={value} value={value} label={t(`hub.kinds.${value}`)} description={t(`hub.kindHelp.${value}`)} />
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
      <TextInput
        label={t('hub.endsOn')}
        description={t('hub.endsOnHelp')}
        type="date"
        value={endsOn}
        error={errors.endsAt}
        onChange={(event) => setEndsOn(event.currentTarget.value)}
      />
    </MakeOnce>
  )
}
