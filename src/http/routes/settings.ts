import { saveSettings } from '../../usecases/save-settings.ts'
import { showSettings } from '../../usecases/show-settings.ts'
import { answers, type Routes } from '../api.ts'
import { SaveSettings, Settings } from '../schemas/settings.ts'

const tags = ['Settings']

export const settingsRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/settings',
    {
      schema: {
        operationId: 'show-settings',
        summary: 'What is set for the whole installation',
        tags,
        response: answers(Settings),
      },
    },
    () => showSettings(deps),
  )
  api.put(
    '/api/v1/settings',
    {
      schema: {
        operationId: 'save-settings',
        summary: 'Set how long events, history and vanished clients are kept; applied at once',
        tags,
        body: SaveSettings,
        response: answers(Settings),
      },
    },
    ({ body }) => saveSettings(deps, body),
  )
}
