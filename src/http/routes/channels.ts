import { ChannelsInput } from '../../usecases/channel-settings.ts'
import { saveChannels } from '../../usecases/save-channels.ts'
import { showChannels } from '../../usecases/show-channels.ts'
import { tryMail } from '../../usecases/try-mail.ts'
import { answers, type Routes } from '../api.ts'
import { Channels, MailTried, TryMail } from '../schemas/channels.ts'
import { IdParams } from '../schemas/common.ts'

const tags = ['Hub']

/** The channels by which a source listens: syslog, mail, a mailbox. */
export const channelRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/sources/:id/channels',
    {
      schema: {
        operationId: 'show-channels',
        summary: 'How a source listens for syslog and mail, without secrets, and how its listeners are',
        tags,
        params: IdParams,
        response: answers(Channels),
      },
    },
    ({ params }) => showChannels(deps, { sourceId: params.id }),
  )
  api.put(
    '/api/v1/sources/:id/channels',
    {
      schema: {
        operationId: 'save-channels',
        summary: 'Set up, change or take away channels of a source; listeners follow within seconds',
        tags,
        params: IdParams,
        body: ChannelsInput,
        response: answers(Channels),
      },
    },
    ({ params, body, as }) => saveChannels(as, { sourceId: params.id, ...body }),
  )
  api.post(
    '/api/v1/sources/:id/mail-trial',
    {
      schema: {
        operationId: 'try-mail',
        summary: 'What would be read of a mail; nothing is stored',
        tags,
        params: IdParams,
        body: TryMail,
        response: answers(MailTried),
      },
    },
    ({ params, body }) => tryMail(deps, { sourceId: params.id, ...body }),
  )
}
