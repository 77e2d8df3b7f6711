import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/call.ts'
import { listAudit, verifyAudit } from '../../api/generated/sdk.gen.ts'
import type { AuditRow } from '../../api/generated/types.gen.ts'
import { usePaged } from '../../api/paged.ts'
import { DebouncedSearch } from '../../ui/debounced-search.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Page } from '../../ui/page.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { useFilters } from '../../ui/search-params.ts'

/** Who changed what; can be searched, taken away, and checked for changes by others. */
export function AuditPage(): ReactNode {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  const { search } = filters
  const paged = usePaged(['audit', search], (cursor) =>
    call(
      listAudit({
        query: { limit: 100, ...(cursor !== undefined && { cursor }), ...(search !== undefined && { search }) },
      }),
    ),
  )
  const verifying = useMutation({ mutationFn: () => call(verifyAudit()) })
  return (
    <Page
      title={t('nav.audit')}
      lead={t('audit.lead')}
      actions={
        <>
          <Button variant="default" loading={verifying.isPending} onClick={() => verifying.mutate()}>
            {t('audit.verify')}
          </Button>
          <Button variant="default" component="a" href="/api/v1/audit/export" download>
            {t('audit.export')}
          </Button>
        </>
      }
    >
      {verifying.error !== null && (
        <Alert color="red" role="alert">
          {verifying.error.message}
        </Alert>
      )}
      {verifying.data !== undefined && (
        <Alert color={verifying.data.broken === null ? 'teal' : 'red'} role="status">
          {verifying.data.broken === null
            ? t('audit.whole', { count: verifying.data.rows })
            : `${t('audit.broken')} ${verifying.data.broken.words}`}
          <Text size="xs" mt={4}>
            <Code>{verifying.data.lastHash}</Code>
          </Text>
        </Alert>
      )}
      <Group gap="xs">
        <DebouncedSearch label={t('audit.search')} value={search} onChange={(text) => setFilters({ search: text })} />
      </Group>
      <PagedTable
        caption={t('nav.audit')}
        paged={paged}
        rowKey={({ id }) => id}
        empty={{ title: t('audit.none') }}
        columns={[
          { key: 'at', title: t('audit.at'), width: 130, cell: ({ at }) => <Moment at={at} /> },
          { key: 'who', title: t('audit.who'), width: 180, cell: ({ actor }) => actor.name },
          {
            key: 'what',
            title: t('audit.what'),
            width: 220,
            cell: ({ action }) => t(`audit.actions.${action}`, action),
          },
          { key: 'on', title: t('audit.on'), width: 220, cell: ({ subject }) => subject.name },
          { key: 'change', title: t('audit.change'), cell: (row) => <Change row={row} /> },
        ]}
      />
    </Page>
  )
}

/** The facts that differ: before, after. */
function Change({ row }: { row: AuditRow }): ReactNode {
  const { before, after } = row
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  const changed = keys.filter((key) => JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key]))
  const { t } = useTranslation()
  const more = changed.slice(shownAtOnce)
  return (
    <Stack gap={2}>
      <Values row={row} keys={changed.slice(0, shownAtOnce)} />
      {more.length > 0 && (
        <details>
          <Text component="summary" size="xs">
            {t('audit.more', { count: more.length })}
          </Text>
          <Values row={row} keys={more} />
        </details>
      )}
    </Stack>
  )
}

/** A save of many rules is one row here, and must not hide all others. */
const shownAtOnce = 4

function Values({ row: { before, after }, keys }: { row: AuditRow; keys: readonly string[] }): ReactNode {
  return keys.map((key) => (
    <Text size="xs" key={key} style={{ wordBreak: 'break-word' }}>
      <b>{key}</b>: {before !== null && <del>{toText(before[key])}</del>} {after !== null && toText(after[key])}
    </Text>
  ))
}

const longest = 300

function toText(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest)} …` : text
}
