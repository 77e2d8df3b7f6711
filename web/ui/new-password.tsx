import { PasswordInput, Progress, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/call.ts'
import { ratePassword } from '../api/generated/sdk.gen.ts'

const colours = ['red', 'red', 'orange', 'teal', 'teal'] as const

/** Where a new password is chosen: says how hard it is to guess while it is typed. */
export function NewPassword({
  label,
  value,
  about,
  error,
  onChange,
}: {
  label: string
  value: string
  /** What an attacker knows: e-mail, name. */
  about: readonly string[]
  error?: string | undefined
  onChange(value: string): void
}): ReactNode {
  const { t } = useTranslation()
  const [settled] = useDebouncedValue(value, 300)
  const wordsId = useId()
  const rating = useQuery({
    queryKey: ['password-rating', settled, about],
    queryFn: () => call(ratePassword({ body: { password: settled, about: [...about] } })),
    enabled: settled !== '',
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const { score = 0, advice = '', goodEnough = false } = rating.data ?? {}
  return (
    <Stack gap={4}>
      <PasswordInput
        label={label}
        autoComplete="new-password"
        required
        value={value}
        error={error}
        aria-describedby={wordsId}
        onChange={(event) => onChange(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
      />
      {value !== '' && (
        <Progress value={goodEnough ? 60 + score * 10 : 10 + score * 15} color={colours[score]} size="xs" aria-hidden />
      )}
      <Text id={wordsId} size="xs" c="dimmed" aria-live="polite">
        {value === '' ? t('newPassword.rule') : goodEnough ? t('newPassword.good') : advice}
      </Text>
    </Stack>
  )
}
