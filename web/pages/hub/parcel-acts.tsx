import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { retryUnsettled, setUnsettledAside } from '../../api/generated/sdk.gen.ts'
import { Confirm } from '../../ui/confirm.tsx'
import type { Parcel } from './hub-queries.ts'

/** What can be done with something that could not be settled: look at it, try it again, set it aside. */
export function ParcelActs({
  sourceId,
  parcel,
  isShown,
  onShow,
  onDone,
}: {
  sourceId: number
  parcel: Parcel
  isShown: boolean
  onShow(): void
  /** With what was done, in words. */
  onDone(words: string): void
}): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [asks, setAsks] = useState(false)
  const [note, setNote] = useState('')
  const { id, company, setAsideAt } = parcel
  const path = { id: sourceId, parcelId: id }
  const again = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ['unsettled', sourceId] })
    await queries.invalidateQueries({ queryKey: ['inbox', sourceId] })
  }
  const retrying = useMutation({
    mutationFn: () => call(retryUnsettled({ path })),
    onSuccess: () => {
      onDone(t('hub.unsettled.retried', { company }))
      return again()
    },
    // It may be settled or set aside by now: the list says so.
    onError: (error) => {
      onDone(error.message)
      return again()
    },
  })
  return (
    <Group gap={4} justify="flex-end">
      <Button
        size="compact-sm"
        variant={isShown ? 'light' : 'default'}
        aria-expanded={isShown}
        aria-label={t('hub.unsettled.lookAt', { id, company })}
        onClick={onShow}
      >
        {t('hub.look')}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        loading={retrying.isPending}
        aria-label={t('hub.unsettled.retryOf', { id, company })}
        onClick={() => retrying.mutate()}
      >
        {t('hub.unsettled.retry')}
      </Button>
      {setAsideAt === null && (
        <Button
          size="compact-sm"
          variant="subtle"
          color="red"
          aria-label={t('hub.unsettled.setAsideOf', { id, company })}
          onClick={() => setAsks(true)}
        >
          {t('hub.unsettled.doSetAside')}
        </Button>
      )}
      {asks && (
        <Confirm
          title={t('hub.unsettled.setAsideTitle', { company })}
          action={t('hub.unsettled.doSetAside')}
          run={async () => {
            await call(setUnsettledAside({ path, body: { note } }))
            onDone(t('hub.unsettled.wasSetAside', { company }))
            await again()
          }}
          onClose={() => setAsks(false)}
        >
          <Stack gap="sm">
            <Text size="sm">{t('hub.unsettled.setAsideHelp')}</Text>
            <TextInput
              label={t('hub.unsettled.note')}
              description={t('hub.unsettled.noteHelp')}
              maxLength={500}
              autoComplete="off"
              data-autofocus
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
          </Stack>
        </Confirm>
      )}
    </Group>
  )
}
