import { Alert, Anchor, Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../app/session.ts'
import { useTerms } from '../../app/terms.ts'
import { Empty } from '../../ui/states.tsx'
import { ConflictDialog, type ConflictItem } from './conflict-dialog.tsx'
import { tellDifference } from './difference-words.ts'
import {
  type Change,
  cancelIn,
  type Desk,
  type Draft,
  editedIn,
  type RowId,
  resetIn,
  rowsIn,
  setRows,
  valuesOf,
} from './draft.ts'
import { EditPanel } from './edit-panel.tsx'
import { columnsOf } from './grid-columns.ts'
import type { GridRow } from './grid-row.tsx'
import { HeldOffer } from './held-offer.tsx'
import { PreviewDialog } from './preview-dialog.tsx'
import classes from './rules-grid.module.css'
import { RulesGrid } from './rules-grid.tsx'
import type { Pane } from './sections.ts'
import { useSaving } from './use-saving.ts'

const views = ['all', 'on', 'unsaved', 'problems'] as const
type View = (typeof views)[number]

/** One section of rules: the table, the panel, and what is done with the edits. */
export function RulesSection({
  integrationId,
  pane: { id: paneId, kind, scope, product, hasSeverities, ending },
  desk,
  draft,
  isOvertaken,
  change,
}: {
  integrationId: number
  pane: Pane
  desk: Desk
  draft: Draft
  isOvertaken: boolean
  change(how: (draft: Draft) => Draft): void
}): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const mayEdit = useMay('operator')
  const [search, setSearch] = useState('')
  const [view, setView] = useState<View>('all')
  const [selected, setSelected] = useState<ReadonlySet<RowId>>(new Set())
  const [panel, setPanel] = useState<readonly RowId[] | null>(null)
  const saving = useSaving(integrationId, scope, draft, change)
  const edited = editedIn(draft, scope)
  const ofStatus = kind !== 'events'
  const first = kind === 'warning' || kind === 'critical' ? kind : 'severity'
  const nameTitle = t(ofStatus ? 'ticketing.description' : hasSeverities ? 'ticketing.event' : 'ticketing.eventName')
  const section = t(`ticketing.pane.${kind}`)
  const columns = useMemo(
    () => columnsOf(desk.ruleFields, first, t(ofStatus ? 'ticketing.delay' : 'ticketing.lifetime')),
    [desk.ruleFields, first, ofStatus, t],
  )

  const all = useMemo(
    () =>
      rowsIn(draft.saved, scope).map((row): GridRow => {
        const fresh = saving.problems.get(row.id) ?? []
        const isEdited = draft.edits.has(row.id)
        // What was wrong with the saved row says nothing about an edited one.
        return { row, values: valuesOf(draft, row), isEdited, problems: isEdited ? fresh : [...row.problems, ...fresh] }
      }),
    [draft, scope, saving.problems],
  )
  const wanted = search.trim().toLocaleLowerCase()
  const rows = all.filter(
    ({ row, values, isEdited, problems }) =>
      (wanted === '' || `${row.title} ${row.key}`.toLocaleLowerCase().includes(wanted)) &&
      (view === 'all' ||
        (view === 'on' && values.own && values.enabled) ||
        (view === 'unsaved' && isEdited) ||
        (view === 'problems' && problems.length > 0)),
  )
  const shown = new Set(rows.map(({ row }) => row.id))
  const chosen = [...selected].filter((id) => shown.has(id))
  const wrong = all.filter(({ problems }) => problems.length > 0).length
  const on = all.filter(({ values }) => values.own && values.enabled).length

  function edit(ids: readonly RowId[], what: Change): void {
    saving.forget(ids)
    change((now) => setRows(now, ids, what, desk))
  }

  function conflictItems(): ConflictItem[] {
    const texts = {
      create: t('ticketing.create', { ...terms }),
      on: t('ticketing.on'),
      off: t('ticketing.off'),
      severity: t('ticketing.severity'),
      follows: t('ticketing.follows'),
      own: t('ticketing.ownRule'),
      delay: t('ticketing.delay'),
      lifetime: t('ticketing.lifetime'),
    }
    return (saving.conflict?.merged.conflicts ?? []).map(({ row, differences }) => ({
      id: row.id,
      title: `${row.title} (${t(`ticketing.pane.${ofPane(row.section)}`)})`,
      differences: differences.map((one) => tellDifference(one, row, desk, texts)),
    }))
  }

  return (
    <Stack gap="sm">
      {(ofStatus || ending.length > 0) && <HeldOffer integrationId={integrationId} />}
      {ending.length > 0 && (
        <Text size="sm" c="dimmed">
          {t('ticketing.ending', { ...terms, events: ending.map((title) => `“${title}”`).join(', ') })}
        </Text>
      )}
      {isOvertaken && saving.conflict === null && (
        <Alert color="yellow" p="xs">
          <Group justify="space-between" gap="xs">
            <Text size="sm">{t('ticketing.overtaken')}</Text>
            <Button size="compact-sm" variant="default" onClick={saving.compare}>
              {t('ticketing.compare')}
            </Button>
          </Group>
        </Alert>
      )}
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          {mayEdit && (
            <Button size="xs" variant="default" disabled={chosen.length === 0} onClick={() => setPanel(chosen)}>
              {chosen.length === 0 ? t('ticketing.edit') : t('ticketing.editRows', { count: chosen.length })}
            </Button>
          )}
          <TextInput
            type="search"
            size="xs"
            aria-label={t('ticketing.search')}
            placeholder={t('ticketing.search')}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <SegmentedControl
            size="xs"
            aria-label={t('ticketing.view')}
            value={view}
            onChange={(next) => setView(views.find((one) => one === next) ?? 'all')}
            data={views.map((value) => ({ value, label: t(`ticketing.views.${value}`) }))}
          />
        </Group>
        <Text size="xs" c="dimmed" role="status">
          {t('ticketing.counts', { on, all: all.length })}
          {rows.length < all.length && ` · ${t('ticketing.shown', { count: rows.length })}`}
        </Text>
      </Group>
      {saving.error !== null && (
        <Alert color="red" role="alert" p="xs">
          {saving.error.message}
        </Alert>
      )}
      {saving.problems.size > 0 && wrong > 0 && (
        <Alert color="red" role="alert" p="xs">
          {t('ticketing.notSaved', { count: saving.problems.size })}
        </Alert>
      )}
      {rows.length === 0 ? (
        <Empty title={t('ticketing.nothing')}>{t('ticketing.nothingText')}</Empty>
      ) : (
        <RulesGrid
          key={paneId}
          caption={product === undefined ? section : t('ticketing.paneOf', { product, pane: section })}
          toggleTitle={t('ticketing.create', { ...terms })}
          nameTitle={nameTitle}
          columns={columns}
          choices={desk.choices}
          rows={rows}
          selected={selected}
          mayEdit={mayEdit}
          onSelect={setSelected}
          onChange={edit}
          onOpen={setPanel}
        />
      )}
      {mayEdit && (
        <Group gap="xs" justify="space-between" className={classes.actions}>
          <Group gap="xs">
            <Button disabled={edited.length === 0} loading={saving.isBusy} onClick={saving.save}>
              {t('ticketing.save')}
            </Button>
            <Button
              variant="default"
              disabled={edited.length === 0}
              onClick={() => {
                saving.dismiss()
                change((now) => cancelIn(now, scope))
              }}
            >
              {t('ticketing.cancel')}
            </Button>
            <Button variant="default" disabled={edited.length === 0} loading={saving.isBusy} onClick={saving.show}>
              {t('ticketing.preview')}
            </Button>
            <Text size="sm" role="status" c={edited.length > 0 ? undefined : 'dimmed'}>
              {edited.length > 0
                ? t('ticketing.edits', { count: edited.length })
                : saving.isSaved
                  ? t('ticketing.saved')
                  : ''}
            </Text>
          </Group>
          <Anchor component="button" type="button" size="sm" onClick={() => change((now) => resetIn(now, scope))}>
            {t('ticketing.reset')}
          </Anchor>
        </Group>
      )}
      {panel !== null && (
        <EditPanel
          rows={all.filter(({ row }) => panel.includes(row.id))}
          desk={desk}
          onApply={(what) => {
            edit(panel, what)
            setPanel(null)
          }}
          onClose={() => setPanel(null)}
        />
      )}
      {saving.preview !== null && <PreviewDialog preview={saving.preview} onClose={saving.dismiss} />}
      {saving.conflict !== null && (
        <ConflictDialog
          by={saving.conflict.by}
          items={conflictItems()}
          taken={saving.conflict.merged.taken.map(
            (id) => saving.conflict?.merged.draft.saved.rows.get(id)?.title ?? id,
          )}
          onDecide={saving.decide}
          onClose={saving.dismiss}
        />
      )}
    </Stack>
  )
}

function ofPane(section: string): string {
  return section === 'warning' || section === 'critical' ? section : 'events'
}
