import { Alert, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { openHeld } from '../../api/generated/sdk.gen.ts'
import { useTerms } from '../../app/terms.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Failed, Loading } from '../../ui/states.tsx'
import { CountedRule, type CountRow, CountTable } from './count-table.tsx'
import { heldQuery } from './integration-queries.ts'

const mostShown = 12

/** Opens tickets for what is wrong already, after it was seen how many at which clients. */
export function OpenHeld({ integrationId, onClose }: { integrationId: number; onClose(): void }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({ ...heldQuery(integrationId), staleTime: 0 })
  const total = data?.total ?? 0
  const counted = [t('integrations.count')]

  async function run(): Promise<void> {
    try {
      await call(openHeld({ path: { id: integrationId }, body: { expected: total } }))
    } catch (refused) {
      // It may be other ones by now: they are shown before anybody says yes again.
      await refetch()
      throw refused
    }
    await queries.invalidateQueries()
  }

  return (
    <Confirm
      title={t('integrations.heldTitle', { ...terms })}
      action={t('integrations.heldOpen', { count: total, ...terms })}
      isDangerous={false}
      run={run}
      onClose={onClose}
    >
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failed error={error} retry={() => void refetch()} />
        )
      ) : (
        <Stack gap="sm">
          <Text size="sm">
            {t('integrations.heldCount', { count: total, ...terms })}{' '}
            {t('integrations.atClients', { count: data.clients.length })}
          </Text>
          {data.pausedUntil !== null && <Alert color="yellow">{t('integrations.heldPaused')}</Alert>}
          <CountTable
            caption={t('integrations.byClient')}
            counted={counted}
            most={mostShown}
            rows={byCount(
              data.clients.map(({ tenantId, name, count }) => ({ key: String(tenantId), cell: name, counts: [count] })),
            )}
          />
          <CountTable
            caption={t('integrations.byRule')}
            counted={counted}
            most={mostShown}
            rows={byCount(
              data.rules.map(({ section, key, title, count }) => ({
                key: `${section}/${key}`,
                cell: <CountedRule section={section} title={title} />,
                counts: [count],
              })),
            )}
          />
        </Stack>
      )}
    </Confirm>
  )
}

function byCount(rows: readonly CountRow[]): readonly CountRow[] {
  return [...rows].sort((a, b) => (b.counts[0] ?? 0) - (a.counts[0] ?? 0))
}
