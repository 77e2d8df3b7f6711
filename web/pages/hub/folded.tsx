import { Stack, Text } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'

/** What suits most as it is: folded until somebody opens it, or something in it was refused. */
export function Folded({
  title,
  isWrong,
  children,
}: {
  title: string
  isWrong: boolean
  children: ReactNode
}): ReactNode {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    if (isWrong) setOpen(true)
  }, [isWrong])
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary style={{ cursor: 'pointer' }}>
        <Text span size="sm" fw={600}>
          {title}
        </Text>
      </summary>
      <Stack gap="md" mt="sm">
        {children}
      </Stack>
    </details>
  )
}
