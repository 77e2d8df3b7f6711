import { Button, Menu, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { chooseIntegration, useCurrentIntegration } from './current-integration.ts'

/** The current integration's name, always in sight; opens the list of all. */
export function IntegrationMenu(): ReactNode {
  const { t } = useTranslation()
  const { all, current, isPending } = useCurrentIntegration()
  if (isPending) return null
  return (
    <Menu position="bottom-start" width={320} withinPortal>
      <Menu.Target>
        <Button variant="subtle" size="compact-sm" miw={0} maw={360} rightSection={<span aria-hidden="true">▾</span>}>
          <Text inherit truncate>
            {current?.name ?? t('integrationMenu.none')}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('integrationMenu.current')}</Menu.Label>
        {all.map(({ id, name, sourceName, psaName }) => (
          <Menu.Item key={id} onClick={() => chooseIntegration(id)} fw={id === current?.id ? 600 : 400}>
            {name}
            <Text size="xs" c="dimmed">
              {sourceName} → {psaName}
            </Text>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} to="/integrations">
          {t('integrationMenu.all')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
