import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** One line of a card: what it is, and how it stands. */
export function Fact({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <Group justify="space-between" gap="xs" wrap="nowrap">
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      <Text size="sm" component="div" ta="right">
        {children}
      </Text>
    </Group>
  )
}
