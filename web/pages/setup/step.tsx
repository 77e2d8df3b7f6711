import { Badge, Card, Group, Text, ThemeIcon, Title, UnstyledButton } from '@mantine/core'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'

/** One step of the set-up: its head always in sight, its content when it is the one at hand. */
export function Step({
  number,
  title,
  state,
  summary,
  isOpen,
  canOpen,
  takesFocus,
  onToggle,
  children,
}: {
  number: number
  title: string
  state: 'done' | 'next' | 'later'
  /** What there is already, or what has to come first. */
  summary: string
  isOpen: boolean
  canOpen: boolean
  /** The keyboard goes on here when it opens. */
  takesFocus: boolean
  onToggle(): void
  children: ReactNode
}): ReactNode {
  const { t } = useTranslation()
  const head = useRef<HTMLButtonElement>(null)
  const contentId = useId()
  useEffect(() => {
    if (isOpen && takesFocus) head.current?.focus()
  }, [isOpen, takesFocus])
  return (
    <Card component="li" withBorder>
      <Title order={2}>
        <UnstyledButton
          ref={head}
          w="100%"
          aria-expanded={isOpen}
          aria-controls={contentId}
          disabled={!canOpen}
          onClick={onToggle}
          style={{ cursor: canOpen ? undefined : 'default' }}
        >
          <Group gap="sm" wrap="nowrap" align="flex-start">
            <ThemeIcon
              radius="xl"
              size={26}
              variant={state === 'later' ? 'default' : 'filled'}
              color={state === 'done' ? 'teal' : 'tocsin'}
              aria-hidden
            >
              {state === 'done' ? '✓' : number}
            </ThemeIcon>
            <div style={{ flex: 1, minWidth: 0 }}>
              <Group gap="xs">
                <Text span fw={600} size="lg">
                  {title}
                </Text>
                {state === 'done' && (
                  <Badge color="teal" variant="light">
                    {t('setup.done')}
                  </Badge>
                )}
              </Group>
              <Text size="sm" c="dimmed" fw={400} style={{ overflowWrap: 'anywhere' }}>
                {summary}
              </Text>
            </div>
          </Group>
        </UnstyledButton>
      </Title>
      <div id={contentId} hidden={!isOpen}>
        {isOpen && <div style={{ paddingTop: 'var(--mantine-spacing-md)' }}>{children}</div>}
      </div>
    </Card>
  )
}
