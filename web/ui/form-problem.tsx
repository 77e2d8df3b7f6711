import { Alert, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { fieldErrors } from '../api/problem.ts'

/** Why a form was not taken, where no field of it says so; `children` are what can be done about it. */
export function FormProblem({ error, children }: { error: Error | null; children?: ReactNode }): ReactNode {
  if (error === null || Object.keys(fieldErrors(error)).length > 0) return null
  return (
    <Alert color="red" role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{error.message}</Text>
        {children}
      </Stack>
    </Alert>
  )
}
