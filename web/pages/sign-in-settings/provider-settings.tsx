import { Button, Code, CopyButton, Group, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { deleteOidc, saveOidc, showOidc } from '../../api/generated/sdk.gen.ts'
import type { OidcSettings } from '../../api/generated/types.gen.ts'
import { ApiError, fieldErrors } from '../../api/problem.ts'
import { sessionQuery } from '../../app/session.ts'
import { LeaveGuard } from '../../forms/leave-guard.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { FormProblem } from '../../ui/form-problem.tsx'
import { Failed, Loading } from '../../ui/states.tsx'
import { AdmissionFields } from './admission-fields.tsx'
import { changesOf, draftOf, inputOf, type ProviderDraft } from './provider-draft.ts'
import { ProviderFields } from './provider-fields.tsx'

const key = ['oidc']

/** The OpenID Connect provider by which people may sign in: set it up, change it, end it. */
export function ProviderSettings(): ReactNode {
  const settings = useQuery({ queryKey: key, queryFn: () => call(showOidc()) })
  if (settings.error !== null) return <Failed error={settings.error} retry={() => void settings.refetch()} />
  if (settings.data === undefined) return <Loading />
  // Begins anew when something else is stored, not whenever it was read again: what is being entered stays.
  return <ProviderForm key={JSON.stringify(settings.data.provider)} settings={settings.data} />
}

function ProviderForm({ settings }: { settings: OidcSettings }): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const first = draftOf(settings.provider)
  const [draft, setDraft] = useState<ProviderDraft>(first)
  const [isEnding, setEnding] = useState(false)
  const set = (change: Partial<ProviderDraft>) => setDraft({ ...draft, ...change })
  const again = async () => {
    await Promise.all([queries.invalidateQueries({ queryKey: key }), queries.invalidateQueries(sessionQuery)])
  }
  const saving = useMutation({
    mutationFn: (check: boolean) => call(saveOidc({ body: inputOf(draft, check) })),
    onSuccess: async (saved) => {
      queries.setQueryData(key, saved)
      setDraft(draftOf(saved.provider))
      await again()
    },
  })
  const errors = fieldErrors(saving.error)
  const isUnchecked = saving.error instanceof ApiError && saving.error.code === 'check-failed'

  function submit(event: FormEvent): void {
    event.preventDefault()
    saving.mutate(true)
  }

  return (
    <form onSubmit={submit} aria-label={t('oidcSettings.title')}>
      <LeaveGuard unsaved={changesOf(draft, first)} />
      <Stack gap="lg" maw={720}>
        <Text size="sm" c="dimmed">
          {t(settings.provider === null ? 'oidcSettings.leadNone' : 'oidcSettings.lead')}
        </Text>
        <Register url={settings.redirectUrl} />
        <section>
          <Title order={2} mb="xs">
            {t('oidcSettings.provider')}
          </Title>
          <ProviderFields
            draft={draft}
            set={set}
            errors={errors}
            secretSet={settings.provider?.clientSecretSet ?? false}
          />
        </section>
        <section>
          <Title order={2} mb="xs">
            {t('oidcSettings.admission')}
          </Title>
          <AdmissionFields draft={draft} set={set} errors={errors} />
        </section>
        <FormProblem error={saving.error}>
          {isUnchecked && (
            <Button size="xs" variant="default" onClick={() => saving.mutate(false)}>
              {t('oidcSettings.saveUnchecked')}
            </Button>
          )}
        </FormProblem>
        <Group>
          <Button type="submit" loading={saving.isPending}>
            {t('oidcSettings.save')}
          </Button>
          {settings.provider !== null && (
            <Button variant="subtle" color="red" onClick={() => setEnding(true)}>
              {t('oidcSettings.end')}
            </Button>
          )}
        </Group>
      </Stack>
      {isEnding && (
        <Confirm
          title={t('oidcSettings.endTitle', { name: settings.provider?.name ?? '' })}
          action={t('oidcSettings.end')}
          run={async () => {
            await call(deleteOidc())
            await again()
          }}
          onClose={() => setEnding(false)}
        >
          <Text size="sm">{t('oidcSettings.endText')}</Text>
        </Confirm>
      )}
    </form>
  )
}

/** The address that the provider must know, to be copied into its own form. */
function Register({ url }: { url: string }): ReactNode {
  const { t } = useTranslation()
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {t('oidcSettings.redirectUrl')}
      </Text>
      <Group gap="xs">
        <Code style={{ wordBreak: 'break-all' }}>{url}</Code>
        <CopyButton value={url}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {t(copied ? 'people.copied' : 'people.copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Text size="xs" c="dimmed">
        {t('oidcSettings.redirectUrlHelp')}
      </Text>
    </Stack>
  )
}
