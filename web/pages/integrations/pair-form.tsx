import { Alert, Button, Group, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { createIntegration, listPsas, listSources } from '../../api/generated/sdk.gen.ts'
import type { Connection, Integration } from '../../api/generated/types.gen.ts'
import { fieldErrors } from '../../api/problem.ts'
import { chooseIntegration } from '../../app/current-integration.ts'
import { DeskForm } from '../../forms/desk-form.tsx'
import { changedValues, type DeskValues, usualValues } from '../../forms/desk-values.ts'
import { errorsUnder } from '../../forms/errors-under.ts'
import { LeaveGuard } from '../../forms/leave-guard.tsx'
import { useFocusOnError } from '../../forms/use-focus-on-error.ts'
import { Empty, Failed, Loading } from '../../ui/states.tsx'
import { useDeskOptions } from './use-desk-options.ts'

/** Made by drills for themselves. */
const drills = 'tocsin-drill'

/** Pairs a security product with a desk, with what all tickets of the pair share. */
export function PairForm({
  sourceId,
  psaId,
  onMade,
}: {
  /** Proposed. */
  sourceId?: number | null
  psaId?: number | null
  onMade(integration: Integration): void
}): ReactNode {
  const { t } = useTranslation()
  const sources = useQuery({
    queryKey: ['sources'],
    queryFn: async (): Promise<Connection[]> => await call(listSources()),
  })
  const psas = useQuery({ queryKey: ['psas'], queryFn: async (): Promise<Connection[]> => await call(listPsas()) })
  const error = sources.error ?? psas.error
  if (error !== null) return <Failed error={error} />
  if (sources.data === undefined || psas.data === undefined) return <Loading />
  const offered = sources.data.filter(({ connector }) => connector !== drills)
  const source = offered.find(({ id }) => id === sourceId) ?? offered[0]
  const psa = psas.data.find(({ id }) => id === psaId) ?? psas.data[0]
  if (source === undefined || psa === undefined) {
    return <Empty title={t('integrations.nothingToPair')}>{t('integrations.nothingToPairText')}</Empty>
  }
  return <Fields sources={offered} psas={psas.data} source={source} psa={psa} onMade={onMade} />
}

function Fields({
  sources,
  psas,
  source,
  psa,
  onMade,
}: {
  sources: readonly Connection[]
  psas: readonly Connection[]
  source: Connection
  psa: Connection
  onMade(integration: Integration): void
}): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [pair, setPair] = useState({ sourceId: source.id, psaId: psa.id })
  const [typedName, setName] = useState<string | null>(null)
  const [touched, setTouched] = useState<DeskValues>({})
  const options = useDeskOptions(pair.psaId, psas.find(({ id }) => id === pair.psaId)?.connector ?? '')
  const nameOf = (all: readonly Connection[], id: number) => all.find((one) => one.id === id)?.name ?? ''
  const name = typedName ?? `${nameOf(sources, pair.sourceId)} → ${nameOf(psas, pair.psaId)}`
  const usual = options.data === undefined ? {} : usualValues(options.data.generalFields, options.data.choices)
  const unsaved = [typedName !== null, pair.sourceId !== source.id, pair.psaId !== psa.id].filter(Boolean).length
  const values = { ...usual, ...touched }
  const making = useMutation({
    mutationFn: () => call(createIntegration({ body: { name, ...pair, general: touched } })),
    onSuccess: async (made) => {
      chooseIntegration(made.id)
      onMade(made)
      await queries.invalidateQueries()
    },
  })
  const errors = fieldErrors(making.error)
  const ofGeneral = errorsUnder(making.error, 'general')
  const isElsewhere = making.error !== null && Object.keys(ofGeneral).length === 0 && errors.name === undefined
  const form = useFocusOnError(making.error)

  function submit(event: FormEvent): void {
    event.preventDefault()
    making.mutate()
  }

  return (
    <form onSubmit={submit} ref={form} noValidate>
      <LeaveGuard unsaved={unsaved + Object.keys(changedValues(values, usual)).length} />
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, md: 3 }}>
          <TextInput
            label={t('integrations.name')}
            required
            autoComplete="off"
            value={name}
            error={errors.name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Choice
            label={t('integrations.source')}
            all={sources}
            value={pair.sourceId}
            onChange={(id) => setPair({ ...pair, sourceId: id })}
          />
          <Choice
            label={t('integrations.psa')}
            all={psas}
            value={pair.psaId}
            onChange={(id) => {
              setPair({ ...pair, psaId: id })
              setTouched({})
            }}
          />
        </SimpleGrid>
        <Text fw={600}>{t('integrations.general')}</Text>
        {options.data === undefined ? (
          options.error === null ? (
            <Loading />
          ) : (
            <Failed error={options.error} retry={() => void options.refetch()} />
          )
        ) : (
          <DeskForm
            fields={options.data.generalFields}
            choices={options.data.choices}
            values={values}
            errors={ofGeneral}
            onChange={setTouched}
          />
        )}
        {isElsewhere && (
          <Alert color="red" role="alert">
            {making.error?.message}
          </Alert>
        )}
        <Group>
          <Button type="submit" loading={making.isPending} disabled={options.data === undefined}>
            {t('integrations.pair')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Choice({
  label,
  all,
  value,
  onChange,
}: {
  label: string
  all: readonly Connection[]
  value: number
  onChange(id: number): void
}): ReactNode {
  return (
    <Select
      label={label}
      required
      allowDeselect={false}
      data={all.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={String(value)}
      onChange={(next) => onChange(Number(next))}
    />
  )
}
