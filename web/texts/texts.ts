import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import english from './en.json'

/** The languages of the console: one file each. Another one is a file here and a line in this list. */
export const languages = [
  { code: 'en', name: 'English', load: async () => english },
  { code: 'de', name: 'Deutsch', load: async () => (await import('./de.json')).default },
] as const

export type LanguageCode = (typeof languages)[number]['code']

const keptAs = 'tocsin-language'

/** Loads the language that was chosen before, or the browser's, or English. */
export async function startTexts(): Promise<void> {
  const wanted = [localStorage.getItem(keptAs), ...navigator.languages.map((tag) => tag.slice(0, 2))]
  const first = languages.find(
    ({ code }) => wanted.find((one) => languages.some((known) => known.code === one)) === code,
  )
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: english } },
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  if (first !== undefined && first.code !== 'en') await chooseLanguage(first.code)
}

type PageTexts = { readonly default: Readonly<Record<string, unknown>> }

/** Texts that only one folder needs: `texts.en.json` and its like beside its sources, read with the first that is shown. */
const ofPages = import.meta.glob<PageTexts>([
  '../pages/*/texts.*.json',
  '../forms/texts.*.json',
  // In English the server has them.
  '../connectors/texts.*.json',
])
const readPages = new Set<string>()

async function addPageTexts(page: string, code: string): Promise<void> {
  const load = ofPages[`../${page}/texts.${code}.json`] ?? ofPages[`../pages/${page}/texts.${code}.json`]
  if (load !== undefined) i18next.addResourceBundle(code, 'translation', (await load()).default, true, true)
}

/** Reads the texts of `web/pages/<page>`, or of `web/<page>`; in English too, which stands in for what another language lacks. */
export async function loadPageTexts(page: string): Promise<void> {
  readPages.add(page)
  await Promise.all([...new Set(['en', i18next.language])].map((code) => addPageTexts(page, code)))
}

/** Switches the whole console and keeps the choice in this browser. */
export async function chooseLanguage(code: LanguageCode): Promise<void> {
  const language = languages.find((one) => one.code === code)
  if (language === undefined) return
  i18next.addResourceBundle(code, 'translation', await language.load(), true, true)
  await Promise.all([...readPages].map((page) => addPageTexts(page, code)))
  await i18next.changeLanguage(code)
  localStorage.setItem(keptAs, code)
  document.documentElement.lang = code
}
