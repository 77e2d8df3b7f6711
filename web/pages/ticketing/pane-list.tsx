import { Badge, Box, NavLink, SegmentedControl, Select, Text, VisuallyHidden } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { type Draft, editedIn } from './draft.ts'
import { type GeneralDraft, generalChanges } from './general-draft.ts'
import { groupsOf, type Pane } from './sections.ts'

/** The sections, by product where there are several, each with how much is unsaved in it. */
export function PaneList({
  panes,
  current,
  draft,
  general,
  problems,
  onChoose,
}: {
  panes: readonly Pane[]
  current: string
  draft: Draft | null
  general: GeneralDraft
  /** Of the general settings. */
  problems: number
  onChoose(id: string): void
}): ReactNode {
  const { t } = useTranslation()
  const groups = groupsOf(panes)
  const edits = ({ kind, scope }: Pane): number => {
    if (kind === 'general') return Object.keys(generalChanges(general)).length
    return draft === null ? 0 : editedIn(draft, scope).length
  }
  const withEdits = (pane: Pane) => {
    const words = t(`ticketing.pane.${pane.kind}`)
    return { value: pane.id, label: edits(pane) > 0 ? `${words} (${edits(pane)})` : words }
  }
  return (
    <>
      <Box component="nav" aria-label={t('ticketing.sections')} w={184} flex="none" visibleFrom="md">
        {groups.map(({ product, panes: members }) => (
          <Group key={product ?? ''} title={product}>
            {members.map((pane) => (
              <PaneLink
                key={pane.id}
                pane={pane}
                isCurrent={pane.id === current}
                edits={edits(pane)}
                problems={pane.kind === 'general' ? problems : 0}
              />
            ))}
          </Group>
        ))}
      </Box>
      {groups.length > 2 ? (
        // Side by side the sections of several products would not fit on a phone.
        <Select
          hiddenFrom="md"
          aria-label={t('ticketing.sections')}
          allowDeselect={false}
          value={current}
          data={groups.map(({ product, panes: members }) => ({
            group: product ?? '',
            items: members.map((pane) => {
              const { value, label } = withEdits(pane)
              return { value, label: product === undefined ? label : t('ticketing.paneOf', { product, pane: label }) }
            }),
          }))}
          onChange={(next) => onChoose(next ?? current)}
        />
      ) : (
        <SegmentedControl
          hiddenFrom="md"
          size="xs"
          aria-label={t('ticketing.sections')}
          value={current}
          onChange={onChoose}
          data={panes.map(withEdits)}
        />
      )}
    </>
  )
}

/** Sections of one product under its name. */
function Group({ title, children }: { title: string | undefined; children: ReactNode }): ReactNode {
  const titleId = useId()
  if (title === undefined) return children
  return (
    <Box role="group" aria-labelledby={titleId} mt="sm">
      <Text id={titleId} size="xs" fw={600} c="dimmed" px="sm" pb={4}>
        {title}
      </Text>
      {children}
    </Box>
  )
}

function PaneLink({
  pane: { id, kind },
  isCurrent,
  edits,
  problems,
}: {
  pane: Pane
  isCurrent: boolean
  edits: number
  problems: number
}): ReactNode {
  const { t } = useTranslation()
  return (
    <NavLink
      component={Link}
      // The section stands in the address, so that it can be sent to a colleague.
      {...({ to: '/ticketing', search: { section: id } } as object)}
      label={t(`ticketing.pane.${kind}`)}
      active={isCurrent}
      variant="light"
      {...(isCurrent && { 'aria-current': 'page' as const })}
      rightSection={
        edits > 0 ? (
          <Badge size="sm" variant="filled">
            {edits} <VisuallyHidden>{t('ticketing.unsaved')}</VisuallyHidden>
          </Badge>
        ) : problems > 0 ? (
          <Badge size="sm" color="red" variant="light">
            {problems} <VisuallyHidden>{t('ticketing.views.problems')}</VisuallyHidden>
          </Badge>
        ) : undefined
      }
    />
  )
}
