import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { revokeSourceToken } from '../../api/generated/sdk.gen.ts'
import type { SourceToken } from '../../api/generated/types.gen.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Empty, Failed, Loading } from '../../ui/states.tsx'
import { CurlExamples } from './curl-examples.tsx'
import { sourceTokensQuery } from './hub-queries.ts'
import { MakeSourceToken } from './make-source-token.tsx'
import { TokenEnd } from './token-end.tsx'

/** Who may send by web requests, and how that is done. */
export function Senders({ sourceId }: { sourceId: number }): ReactNode {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [isMaking, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<SourceToken | null>(null)
  const { data, error, refetch } = useQuery(sourceTokensQuery(sourceId))
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} retry={() => void refetch()} />
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Text size="sm" maw={640}>
          {t('hub.sendersLead')}
        </Text>
        <Button onClick={() => setMaking(true)}>{t('hub.makeToken')}</Button>
      </Group>
      {data.length === 0 ? (
        <Empty title={t('hub.noTokens')}>{t('hub.noTokensText')}</Empty>
      ) : (
        <DataTable
          caption={t('hub.tabs.senders')}
          rows={data}
          rowKey={({ id }) => id}
          columns={[
            {
              key: 'name',
              title: t('hub.tokenName'),
              cell: ({ id, name, kind }) => (
                <div>
                  <Text size="sm" fw={600}>
                    {name}
                  </Text>
                  {kind === 'signature' && (
                    <Text size="xs" c="dimmed">
                      {t('hub.keyId', { id })}
                    </Text>
                  )}
                </div>
              ),
            },
            { key: 'kind', title: t('hub.kind'), width: 140, cell: ({ kind }) => t(`hub.kinds.${kind}`) },
            { key: 'company', title: t('hub.mayFor'), cell: ({ company }) => company ?? t('hub.allCompanies') },
            { key: 'ends', title: t('hub.ends'), width: 170, cell: (token) => <TokenEnd token={token} /> },
            { key: 'made', title: t('hub.made'), width: 130, cell: ({ createdAt }) => <Moment at={createdAt} /> },
            { key: 'used', title: t('hub.used'), width: 130, cell: ({ lastUsedAt }) => <Moment at={lastUsedAt} /> },
            {
              key: 'acts',
              title: t('hub.acts'),
              hidden: true,
              width: 120,
              cell: (token) => (
                <Button
                  size="compact-sm"
                  variant="subtle"
                  color="red"
                  aria-label={t('hub.revokeOf', { name: token.name })}
                  onClick={() => setRevoking(token)}
                >
                  {t('hub.revoke')}
                </Button>
              ),
            },
          ]}
        />
      )}
      <Title order={2}>{t('hub.examples')}</Title>
      <CurlExamples sourceId={sourceId} tokens={data} />
      {isMaking && <MakeSourceToken sourceId={sourceId} onClose={() => setMaking(false)} />}
      {revoking !== null && (
        <Confirm
          title={t('hub.revokeTitle', { name: revoking.name })}
          action={t('hub.revoke')}
          run={async () => {
            await call(revokeSourceToken({ path: { id: sourceId, tokenId: revoking.id } }))
            await queries.invalidateQueries({ queryKey: ['source-tokens'] })
          }}
          onClose={() => setRevoking(null)}
        >
          <Text size="sm">{t('hub.revokeText')}</Text>
        </Confirm>
      )}
    </Stack>
  )
}
