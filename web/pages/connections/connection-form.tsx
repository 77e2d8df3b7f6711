import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CheckReport, Connection, SavedConnection } from '../../api/generated/types.gen.ts'
import { ApiError, fieldErrors } from '../../api/problem.ts'
import { useSettingsFields } from '../../connectors/use-settings-fields.ts'
import { errorsUnder } from '../../forms/errors-under.ts'
import { LeaveGuard } from '../../forms/leave-guard.tsx'
import { changedSettings, newSettings, settingsDraft } from '../../forms/settings-draft.ts'
import { SettingsForm } from '../../forms/settings-form.tsx'
import { useFocusOnError } from '../../forms/use-focus-on-error.ts'
import { ShownReport } from './check-report.tsx'
import { type ConnectionKind, type Connector, create, isOwn, tryOut, update } from './connection-kinds.ts'

/** Connects something, or changes what is connected. It is tried before it is saved, unless that has failed. */
export function ConnectionForm({
  kind,
  connectors,
  stored,
  onSaved,
}: {
  kind: ConnectionKind
  /** One of them is chosen; of a stored connection it is the only one. */
  connectors: readonly Connector[]
  stored?: Connection
  onSaved(saved: SavedConnection): void
}): ReactNode {
  const { t } = useTranslation()
  const [id, setId] = useState(stored?.connector ?? connectors[0]?.id ?? '')
  const connector = connectors.find((one) => one.id === id) ?? connectors[0]
  if (connector === undefined) return <Alert color="red">{t('connections.lost', { connector: id })}</Alert>
  return (
    <Stack gap="md">
      {stored === undefined && connectors.length > 1 && (
        <Select
          label={t(`connections.which.${kind}`)}
          allowDeselect={false}
          maw={480}
          data={connectors.map((one) => ({ value: one.id, label: one.name }))}
          value={connector.id}
          onChange={(next) => setId(next ?? id)}
        />
      )}
      <Fields key={connector.id} kind={kind} connector={connector} stored={stored} onSaved={onSaved} />
    </Stack>
  )
}

function Fields({
  kind,
  connector,
  stored,
  onSaved,
}: {
  kind: ConnectionKind
  connector: Connector
  stored: Connection | undefined
  onSaved(saved: SavedConnection): void
}): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const fields = useSettingsFields(connector.id, connector.settings)
  const [first, setFirst] = useState(() => settingsDraft(fields, stored?.settings))
  const [draft, setDraft] = useState(first)
  const [firstName, setFirstName] = useState(stored?.name ?? connector.name)
  const [name, setName] = useState(firstName)
  const [report, setReport] = useState<CheckReport | null>(null)

  const changes = changedSettings(fields, draft, first)
  const isRenamed = name !== firstName
  const settings = () => (stored === undefined ? newSettings(fields, draft) : changes)
  const trying = useMutation({
    mutationFn: () =>
      tryOut(
        kind,
        stored === undefined
          ? { connector: connector.id, settings: settings() }
          : { id: stored.id, settings: settings() },
      ),
    onMutate: () => {
      saving.reset()
      setReport(null)
    },
    onSuccess: setReport,
  })
  const saving = useMutation({
    mutationFn: (check: boolean) =>
      stored === undefined
        ? create(kind, { connector: connector.id, name, settings: settings(), check })
        : update(kind, stored.id, { ...(isRenamed && { name }), settings: settings(), check }),
    onMutate: () => {
      trying.reset()
      setReport(null)
    },
    onSuccess: async (saved) => {
      const kept = settingsDraft(fields, saved.connection.settings)
      setFirst(kept)
      setDraft(kept)
      setFirstName(saved.connection.name)
      setName(saved.connection.name)
      setReport(saved.report)
      onSaved(saved)
      await queries.invalidateQueries()
    },
  })
  const error = saving.error ?? trying.error
  const errors = fieldErrors(error)
  const ofSettings = errorsUnder(error, 'settings')
  const isElsewhere = error !== null && Object.keys(ofSettings).length === 0 && errors.name === undefined
  const form = useFocusOnError(error)
  const couldNotCheck = saving.error instanceof ApiError && saving.error.code === 'check-failed'

  function submit(event: FormEvent): void {
    event.preventDefault()
    saving.mutate(true)
  }

  return (
    <form onSubmit={submit} ref={form} noValidate>
      <LeaveGuard unsaved={Object.keys(changes).length + (isRenamed ? 1 : 0)} />
      <Stack gap="md">
        <TextInput
          label={t('connections.name')}
          description={t('connections.nameHelp')}
          required
          maw={480}
          autoComplete="off"
          value={name}
          error={errors.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <SettingsForm
          fields={fields}
          draft={draft}
          first={first}
          secretsSet={stored?.secretsSet ?? []}
          errors={ofSettings}
          onChange={setDraft}
        />
        {isElsewhere && (
          <Alert color="red" role="alert" title={couldNotCheck ? t('connections.checkFailed') : undefined}>
            <Text size="sm">{error.message}</Text>
          </Alert>
        )}
        {report !== null && <ShownReport report={report} />}
        <Group gap="xs">
          <Button type="submit" loading={saving.isPending} disabled={trying.isPending}>
            {t(isOwn(connector.id) ? 'connections.save' : 'connections.checkAndSave')}
          </Button>
          {!isOwn(connector.id) && (
            <Button
              variant="default"
              loading={trying.isPending}
              disabled={saving.isPending}
              onClick={() => trying.mutate()}
            >
              {t('connections.onlyCheck')}
            </Button>
          )}
          {couldNotCheck && (
            <Button variant="subtle" onClick={() => saving.mutate(false)}>
              {t('connections.saveUnchecked')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  )
}
