import { Button, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { hurryDuty } from '../../api/generated/sdk.gen.ts'
import { useMay } from '../../app/session.ts'
import type { ConnectionKind } from './connection-kinds.ts'

const kinds = { source: ['poll-computers', 'poll-events'], psa: ['read-options', 'read-changes'] } as const

/** Makes everything that is read from a connection due now. */
export function ReadNow({ kind, id, name }: { kind: ConnectionKind; id: number; name: string }): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const may = useMay('operator')
  const hurrying = useMutation({
    mutationFn: () => Promise.all(kinds[kind].map((duty) => call(hurryDuty({ body: { kind: duty, subjectId: id } })))),
    onSettled: () => queries.invalidateQueries({ queryKey: ['status'] }),
  })
  if (!may) return null
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        loading={hurrying.isPending}
        onClick={() => hurrying.mutate()}
        aria-label={t('connections.readNowOf', { name })}
      >
        {t('connections.readNow')}
      </Button>
      <Text size="xs" c={hurrying.error === null ? 'dimmed' : 'red'} role="status">
        {hurrying.error !== null ? hurrying.error.message : hurrying.isSuccess ? t('connections.asked') : ''}
      </Text>
    </>
  )
}
