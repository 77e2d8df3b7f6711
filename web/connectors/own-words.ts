import { useTranslation } from 'react-i18next'

/** Texts of the person's language, as a tree of their keys. */
export type Texts = { readonly [key: string]: Texts | string } | undefined

/** The tree that holds the texts beside this file, of the language that is chosen now. */
export function useTexts(): Texts {
  const { i18n } = useTranslation()
  return i18n.getResourceBundle(i18n.language, 'translation') as Texts
}

/** What stands under a path of keys, which may hold any sign; else the words of the server. */
export function ownWords(texts: Texts, path: readonly string[], words: string): string {
  const found = path.reduce<Texts | string>(
    (branch, key) => (typeof branch === 'object' ? branch[key] : undefined),
    texts,
  )
  return typeof found === 'string' ? found : words
}
