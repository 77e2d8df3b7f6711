import { Button, Code, CopyButton, Group, SegmentedControl, Select, Stack, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SourceToken } from '../../api/generated/types.gen.ts'
import { serverNow } from '../../api/server-clock.ts'
import { curlExample, type Form, forms } from './examples.ts'

/** A request of each form, ready to be copied; made for one of the tokens where there is one. */
export function CurlExamples({ sourceId, tokens }: { sourceId: number; tokens: readonly SourceToken[] }): ReactNode {
  const { t } = useTranslation()
  const [form, setForm] = useState<Form>('computers')
  const [tokenId, setTokenId] = useState<number | null>(null)
  const [now] = useState(() => new Date(serverNow()))
  const token = tokens.find(({ id }) => id === tokenId) ?? tokens[0]
  const text = curlExample({
    origin: window.location.origin,
    sourceId,
    form,
    company: token?.company ?? null,
    proof: token?.kind === 'signature' ? { kind: 'signature', keyId: token.id } : { kind: 'token' },
    now,
  })
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <SegmentedControl
          size="xs"
          aria-label={t('hub.form')}
          value={form}
          onChange={(next) => setForm(forms.find((one) => one === next) ?? form)}
          data={forms.map((value) => ({ value, label: t(`hub.forms.${value}`) }))}
        />
        {tokens.length > 1 && (
          <Select
            size="xs"
            aria-label={t('hub.asWho')}
            allowDeselect={false}
            value={String(token?.id ?? '')}
            data={tokens.map(({ id, name }) => ({ value: String(id), label: name }))}
            onChange={(next) => setTokenId(Number(next))}
          />
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {t(`hub.formHelp.${form}`)}
      </Text>
      <Code block tabIndex={0} role="region" aria-label={t('hub.example')} style={{ overflow: 'auto', maxHeight: 360 }}>
        {text}
      </Code>
      <Group gap="xs">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" onClick={copy}>
              {t(copied ? 'people.copied' : 'hub.copyExample')}
            </Button>
          )}
        </CopyButton>
        <Text size="xs" c="dimmed">
          {t(token?.kind === 'signature' ? 'hub.keyVariable' : 'hub.tokenVariable')}
        </Text>
      </Group>
    </Stack>
  )
}
