import type { SettingsField } from '../api/generated/types.gen.ts'
import { ownWords, useTexts } from './own-words.ts'

/**
 * The settings of a connector in the person's language: by connector and key from the texts beside this file, else in the
 * server's own words. English is the server's, so a new connector needs nothing here.
 */
export function useSettingsFields(connector: string, fields: readonly SettingsField[]): readonly SettingsField[] {
  const texts = useTexts()
  return fields.map((field) => {
    const { key, title, help, group, choices, titles } = field
    const at = ['connectorFields', connector, key]
    return {
      ...field,
      title: ownWords(texts, [...at, 'title'], title),
      help: ownWords(texts, [...at, 'help'], help),
      group: ownWords(texts, ['connectorGroups', group], group),
      titles: Object.fromEntries(
        choices.map((choice) => [choice, ownWords(texts, [...at, 'choices', choice], titles[choice] ?? choice)]),
      ),
    }
  })
}
