import { runDrill } from '../../usecases/run-drill.ts'
import { saveDrillPlan } from '../../usecases/save-drill-plan.ts'
import { saveWatchSettings } from '../../usecases/save-watch-settings.ts'
import { showDrill } from '../../usecases/show-drill.ts'
import { showDrillPlan } from '../../usecases/show-drill-plan.ts'
import { showWatchSettings } from '../../usecases/show-watch-settings.ts'
import { tryWebhook } from '../../usecases/try-webhook.ts'
import { WatchSettingsInput } from '../../usecases/watch-settings.ts'
import { answers, type Routes } from '../api.ts'
import { IdParams } from '../schemas/common.ts'
import { Drill, DrillPlan, SaveDrillPlan, TriedWebhook, WatchSettings } from '../schemas/watch.ts'

const tags = ['Self-watch']

export const watchRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/settings/watch',
    {
      schema: {
        operationId: 'show-watch-settings',
        summary: 'When something becomes an alarm, and who is told',
        tags,
        response: answers(WatchSettings),
      },
    },
    ({ as, caller }) => showWatchSettings(as, { whole: caller?.role === 'administrator' }),
  )
  api.put(
    '/api/v1/settings/watch',
    {
      schema: {
        operationId: 'save-watch-settings',
        summary: 'Set as a whole when something becomes an alarm, and who is told; what is absent is as usual',
        tags,
        body: WatchSettingsInput,
        response: answers(WatchSettings),
      },
    },
    ({ body, as }) => saveWatchSettings(as, body),
  )
  api.post(
    '/api/v1/settings/watch/try-webhook',
    {
      schema: {
        operationId: 'try-webhook',
        summary: 'Send a test message with the stored settings, now',
        tags,
        response: answers(TriedWebhook),
      },
    },
    ({ as }) => tryWebhook(as),
  )
  api.get(
    '/api/v1/psas/:id/drill',
    {
      schema: {
        operationId: 'show-drill-plan',
        summary: 'How a desk is drilled, with its latest drills',
        tags,
        params: IdParams,
        response: answers(DrillPlan),
      },
    },
    ({ params }) => showDrillPlan(deps, { psaId: params.id }),
  )
  api.put(
    '/api/v1/psas/:id/drill',
    {
      schema: {
        operationId: 'save-drill-plan',
        summary: 'Choose account, fields and times of the drills of a desk',
        tags,
        params: IdParams,
        body: SaveDrillPlan,
        response: answers(DrillPlan),
      },
    },
    ({ params, body, as }) => saveDrillPlan(as, { psaId: params.id, ...body }),
  )
  api.post(
    '/api/v1/psas/:id/drill/run',
    {
      schema: {
        operationId: 'run-drill',
        summary: 'Open a test ticket and close it; ask show-drill how it goes',
        tags,
        params: IdParams,
        response: answers(Drill),
      },
    },
    ({ params, as }) => runDrill(as, { psaId: params.id }),
  )
  api.get(
    '/api/v1/drills/:id',
    {
      schema: {
        operationId: 'show-drill',
        summary: 'One drill, running or ended',
        tags,
        params: IdParams,
        response: answers(Drill),
      },
    },
    ({ params }) => showDrill(deps, params),
  )
}
