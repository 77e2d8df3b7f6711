import { Box, Button, Menu, useMantineColorScheme, VisuallyHidden } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { chooseLanguage, languages } from '../texts/texts.ts'
import { useSession } from './session.ts'

const schemes = ['light', 'dark', 'auto'] as const

/** The signed-in person: own account, looks, language, and the way out. */
export function PersonMenu(): ReactNode {
  const { t, i18n } = useTranslation()
  const { person } = useSession()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const navigate = useNavigate()

  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button variant="subtle" size="compact-sm" c="var(--mantine-color-text)">
          <Box component="span" visibleFrom="sm">
            {person?.name ?? ''}
          </Box>
          <Box component="span" hiddenFrom="sm">
            <span aria-hidden="true">{initials(person?.name ?? '')}</span>
            <VisuallyHidden>{person?.name ?? ''}</VisuallyHidden>
          </Box>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/settings">
          {t('personMenu.account')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('personMenu.looks')}</Menu.Label>
        <Menu.RadioGroup
          value={colorScheme}
          onChange={(next) => setColorScheme(schemes.find((scheme) => scheme === next) ?? 'auto')}
        >
          {schemes.map((scheme) => (
            <Menu.RadioItem key={scheme} value={scheme} closeMenuOnClick={false}>
              {t(`personMenu.scheme.${scheme}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Label>{t('personMenu.language')}</Menu.Label>
        <Menu.RadioGroup
          value={i18n.language}
          onChange={(next) => {
            const chosen = languages.find(({ code }) => code === next)
            if (chosen !== undefined) void chooseLanguage(chosen.code)
          }}
        >
          {languages.map(({ code, name }) => (
            <Menu.RadioItem key={code} value={code} closeMenuOnClick={false} lang={code}>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item onClick={() => void navigate({ to: '/sign-out' })}>{t('personMenu.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** At most two letters for where a name has no room. */
function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '')
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.charAt(0) ?? '').join('')
}
