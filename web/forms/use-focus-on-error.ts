import { type RefObject, useEffect, useRef } from 'react'

/** Leads the keyboard to the first field that was refused, each time that something new was. */
export function useFocusOnError(error: unknown): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (error == null) return
    // A folded group opens first.
    const soon = requestAnimationFrame(() => {
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
    })
    return () => cancelAnimationFrame(soon)
  }, [error])
  return form
}
