import {
  Anchor,
  AppShell,
  Badge,
  Box,
  Burger,
  Group,
  NavLink,
  ScrollArea,
  Skeleton,
  Text,
  Tooltip,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { IntegrationMenu } from './integration-menu.tsx'
import { LiveBadge } from './live-badge.tsx'
import { navigation, setup } from './navigation.ts'
import { PersonMenu } from './person-menu.tsx'
import { useMay, useSession } from './session.ts'
import { useUnfinishedSetup } from './setup.ts'
import { useTerms } from './terms.ts'

/** The frame of all screens: current integration on top, screens on the left. */
export function Shell(): ReactNode {
  const { t } = useTranslation()
  const [isOpen, { toggle, close }] = useDisclosure()
  const { pathname } = useLocation()
  const { demo } = useSession()
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)

  // After a change of screen the keyboard goes on in its content, not at the top of the frame.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change of the path that matters
  useEffect(() => {
    close()
    if (first.current) first.current = false
    else main.current?.focus()
  }, [pathname, close])

  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <AppShell.Header>
        <Anchor href="#content" className="skip-link">
          {t('shell.skip')}
        </Anchor>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" miw={0}>
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('shell.menu')} />
            <Anchor component={Link} to="/" underline="never" c="inherit" aria-label={t('shell.home')}>
              <Group gap={6} wrap="nowrap">
                <img src="/bell.svg" alt="" width={22} height={22} />
                <Text fw={700} visibleFrom="xs">
                  Tocsin
                </Text>
              </Group>
            </Anchor>
            <IntegrationMenu />
            {demo && (
              <Tooltip label={t('signIn.demo')}>
                <Badge color="grape" variant="light" tabIndex={0}>
                  {t('shell.demo')}
                </Badge>
              </Tooltip>
            )}
          </Group>
          <Group gap="xs" wrap="nowrap">
            <LiveBadge />
            <PersonMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label={t('shell.screens')}>
        <AppShell.Section grow component={ScrollArea}>
          <Screens pathname={pathname} />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="content" ref={main} tabIndex={-1} style={{ outline: 'none' }}>
        <Box maw={1800}>
          <Outlet />
        </Box>
      </AppShell.Main>
    </AppShell>
  )
}

function Screens({ pathname }: { pathname: string }): ReactNode {
  const { t } = useTranslation()
  const terms = useTerms()
  const may = { 'read-only': useMay('read-only'), operator: useMay('operator'), administrator: useMay('administrator') }
  const isUnfinished = useUnfinishedSetup()
  if (terms === null) return <Skeleton h={320} aria-hidden />
  return [...(isUnfinished ? [setup] : []), ...navigation]
    .filter(({ role }) => may[role])
    .map(({ to, text }) => {
      const isHere = to === '/' ? pathname === '/' : pathname.startsWith(to)
      return (
        <NavLink
          key={to}
          component={Link}
          to={to}
          label={t(text, terms)}
          active={isHere}
          variant="light"
          {...(isHere && { 'aria-current': 'page' as const })}
        />
      )
    })
}
