import { Box, Center, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'

/** The frame of the pages before the sign-in. */
export function Entrance({ title, lead, children }: { title: string; lead?: string; children: ReactNode }): ReactNode {
  useEffect(() => {
    document.title = `${title} · Tocsin`
  }, [title])
  return (
    <Center component="main" mih="100%" p="md">
      <Stack w="100%" maw={420} gap="md">
        <Group gap="xs">
          <img src="/bell.svg" alt="" width={28} height={28} />
          <Text fw={700} size="xl">
            Tocsin
          </Text>
        </Group>
        <Paper withBorder p="lg">
          <Stack gap="md">
            <Box>
              <Title order={1}>{title}</Title>
              {lead !== undefined && (
                <Text size="sm" c="dimmed" mt={4}>
                  {lead}
                </Text>
              )}
            </Box>
            {children}
          </Stack>
        </Paper>
      </Stack>
    </Center>
  )
}
