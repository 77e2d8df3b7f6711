import { Anchor, Button, Checkbox, Group, Stack, Text, Tooltip } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MappingList } from '../../api/generated/types.gen.ts'
import type { Paged } from '../../api/paged.ts'
import type { Integration } from '../../app/current-integration.ts'
import { useMay } from '../../app/session.ts'
import { useTerms } from '../../app/terms.ts'
import type { Column } from '../../ui/data-table.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { AccountCell } from './account-cell.tsx'
import { MappingState } from './mapping-state.tsx'
import { TakeIn } from './take-in.tsx'
import { TakeOut } from './take-out.tsx'
import type { MappingRow, MappingView } from './use-mappings.ts'

/** One row per client; the account of one row at a time is being chosen. */
export function MappingTable({
  integration,
  view,
  paged,
  isSearching,
  onMapped,
}: {
  integration: Integration
  view: MappingView
  paged: Paged<MappingRow, MappingList>
  isSearching: boolean
  onMapped(): void
}): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const mayMap = useMay('operator')
  const [editing, setEditing] = useState<number | null>(null)
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  const [leaving, setLeaving] = useState<{ ids: readonly number[]; andOut: boolean } | null>(null)
  const isOut = view === 'left-out'
  const rows = paged.rows ?? []
  // Of those chosen, what is still to be seen: a row may have left the view meanwhile.
  const picked = rows.filter(({ tenantId, mappedElsewhere }) => chosen.has(tenantId) && mappedElsewhere === null)

  function choose(ids: readonly number[], on: boolean): void {
    const next = new Set(chosen)
    for (const id of ids) on ? next.add(id) : next.delete(id)
    setChosen(next)
  }

  const columns: readonly Column<MappingRow>[] = [
    ...(mayMap
      ? [
          {
            key: 'choose',
            title: t('accounts.choose'),
            hidden: true,
            width: 40,
            cell: ({ tenantId, name, mappedElsewhere }: MappingRow) =>
              mappedElsewhere === null && (
                <Checkbox
                  size="xs"
                  aria-label={t('accounts.chooseRow', { name })}
                  checked={chosen.has(tenantId)}
                  onChange={(event) => choose([tenantId], event.currentTarget.checked)}
                />
              ),
          },
        ]
      : []),
    {
      key: 'tenant',
      title: t('filter.client'),
      width: '28%',
      cell: ({ name, key }) => (
        <Tooltip label={t('accounts.key', { key })}>
          <Text span size="sm" fw={500}>
            {name}
          </Text>
        </Tooltip>
      ),
    },
    {
      key: 'account',
      title: t('accounts.account', { ...terms }),
      width: '30%',
      cell: (row) => (
        <AccountCell
          integration={integration}
          row={row}
          mayMap={mayMap && !row.leftOut && row.mappedElsewhere === null}
          isEditing={editing === row.tenantId}
          onEdit={(on) => setEditing(on ? row.tenantId : null)}
          onMapped={onMapped}
        />
      ),
    },
    { key: 'state', title: t('tickets.state'), width: 190, cell: (row) => <MappingState row={row} /> },
    {
      key: 'conditions',
      title: t('accounts.wrongNow'),
      width: 110,
      align: 'right',
      cell: ({ tenantId, conditions }) =>
        conditions === 0 ? (
          0
        ) : (
          <Anchor component={Link} to={`/conditions?tenantId=${tenantId}`} size="sm">
            {conditions}
          </Anchor>
        ),
    },
    {
      key: 'tickets',
      title: t('accounts.openTickets', { ...terms }),
      width: 130,
      align: 'right',
      cell: ({ tenantId, openTickets }) =>
        openTickets === 0 ? (
          0
        ) : (
          <Anchor component={Link} to={`/tickets?tenantId=${tenantId}`} size="sm">
            {openTickets}
          </Anchor>
        ),
    },
    ...(mayMap && !isOut
      ? [
          {
            key: 'acts',
            title: t('accounts.acts'),
            hidden: true,
            width: 110,
            cell: (row: MappingRow) =>
              row.account !== null && (
                <Button
                  size="compact-xs"
                  variant="subtle"
                  aria-label={t('accounts.unmapRow', { name: row.name })}
                  onClick={() => setLeaving({ ids: [row.tenantId], andOut: false })}
                >
                  {t('accounts.unmap')}
                </Button>
              ),
          },
        ]
      : []),
  ]

  return (
    <Stack gap="xs">
      {mayMap && rows.length > 0 && (
        <Group gap="xs" mih={30}>
          <Checkbox
            size="xs"
            label={t('accounts.chooseAll')}
            checked={picked.length > 0 && picked.length === rows.length}
            indeterminate={picked.length > 0 && picked.length < rows.length}
            onChange={(event) =>
              choose(
                rows.map(({ tenantId }) => tenantId),
                event.currentTarget.checked,
              )
            }
          />
          {picked.length > 0 && isOut && (
            <TakeIn integrationId={integration.id} rows={picked} onDone={() => setChosen(new Set())} />
          )}
          {picked.length > 0 && !isOut && (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setLeaving({ ids: picked.map(({ tenantId }) => tenantId), andOut: true })}
            >
              {t('accounts.takeOut', { count: picked.length })}
            </Button>
          )}
        </Group>
      )}
      <PagedTable
        caption={t('nav.accounts', { ...terms })}
        columns={columns}
        paged={paged}
        rowKey={({ tenantId }) => tenantId}
        isDimmed={({ leftOut, mappedElsewhere }) => leftOut || mappedElsewhere !== null}
        empty={
          isSearching
            ? { title: t('accounts.noneFound'), text: t('tickets.noneText') }
            : { title: t(`accounts.none.${view}`), text: t(`accounts.noneText.${view}`) }
        }
      />
      {leaving !== null && (
        <TakeOut
          integration={integration}
          rows={rows.filter(({ tenantId }) => leaving.ids.includes(tenantId))}
          andOut={leaving.andOut}
          onDone={() => setChosen(new Set())}
          onClose={() => setLeaving(null)}
        />
      )}
    </Stack>
  )
}
