import { Alert, Group, Stack, Table, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { openHeld } from '../../api/generated/sdk.gen.ts'
import { useTerms } from '../../app/terms.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { LevelBadge } from '../../ui/level-badge.tsx'
import { Failed, Loading } from '../../ui/states.tsx'
import { heldQuery } from './integration-queries.ts'

/** Opens tickets for what is wrong already, after it was seen how many at which clients. */
export function OpenHeld({ integrationId, onClose }: { integrationId: number; onClose(): void }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({ ...heldQuery(integrationId), staleTime: 0 })
  const total = data?.total ?? 0

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
          <Counts
            caption={t('integrations.byClient')}
            rows={data.clients.map(({ tenantId, name, count }) => ({ key: String(tenantId), cell: name, count }))}
          />
          <Counts
            caption={t('integrations.byRule')}
            rows={data.rules.map(({ section, key, title, count }) => ({
              key: `${section}/${key}`,
              cell: (
                <Group gap="xs">
                  {(section === 'warning' || section === 'critical') && <LevelBadge level={section} />}
                  {title}
                </Group>
              ),
              count,
            }))}
          />
        </Stack>
      )}
    </Confirm>
  )
}

const mostShown = 12

/** A short list with numbers; where it is long, its end is said as a number. */
function Counts({
  caption,
  rows,
}: {
  caption: string
  rows: readonly { readonly key: string; readonly cell: ReactNode; readonly count: number }[]
}): ReactNode {
  const { t } = useTranslation()
  if (rows.length === 0) return null
  const most = [...rows].sort((a, b) => b.count - a.count)
  return (
    <div>
      <Table verticalSpacing={4} withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{caption}</Table.Th>
            <Table.Th ta="right" w={90}>
              {t('integrations.count')}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {most.slice(0, mostShown).map(({ key, cell, count }) => (
            <Table.Tr key={key}>
              <Table.Td>{cell}</Table.Td>
              <Table.Td ta="right">{count}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {rows.length > mostShown && (
        <Text size="xs" c="dimmed">
          {t('integrations.andMore', { count: rows.length - mostShown })}
        </Text>
      )}
    </div>
  )
}
