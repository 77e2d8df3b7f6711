import { TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { type ReactNode, useState } from 'react'

/** A text to look for; the list follows a moment after the last key. */
export function DebouncedSearch({
  label,
  value,
  onChange,
}: {
  label: string
  value: string | undefined
  onChange(text: string | undefined): void
}): ReactNode {
  const [text, setText] = useState(value ?? '')
  const tell = useDebouncedCallback((next: string) => onChange(next === '' ? undefined : next), 300)
  return (
    <TextInput
      type="search"
      size="xs"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value)
        tell(event.currentTarget.value)
      }}
    />
  )
}
