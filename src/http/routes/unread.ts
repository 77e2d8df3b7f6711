import { assignUnread } from '../../usecases/assign-unread.ts'
import { listUnread } from '../../usecases/list-unread.ts'
import { listUnreadGroups } from '../../usecases/list-unread-groups.ts'
import { removeUnread } from '../../usecases/remove-unread.ts'
import { showUnread } from '../../usecases/show-unread.ts'
import { answers, type Routes } from '../api.ts'
import { IdParams } from '../schemas/common.ts'
import {
  AssignUnread,
  UnreadAssigned,
  UnreadGroupList,
  UnreadGroupParams,
  UnreadGroupsQuery,
  UnreadList,
  UnreadMessage,
  UnreadParams,
  UnreadQuery,
  UnreadRemoved,
} from '../schemas/unread.ts'

const tags = ['Hub']

/** What came to sources that are never asked and could not be read, or is of nobody yet. */
export const unreadRoutes: Routes = (api, deps) => {
  api.get(
    '/api/v1/sources/:id/unread',
    {
      schema: {
        operationId: 'list-unread',
        summary: 'Messages that could not be read or whose company is not known, the latest first',
        tags,
        params: IdParams,
        querystring: UnreadQuery,
        response: answers(UnreadList),
      },
    },
    ({ params, query }) => listUnread(deps, { sourceId: params.id, ...query }),
  )
  api.post(
    '/api/v1/sources/:id/unread/assign',
    {
      schema: {
        operationId: 'assign-unread',
        summary: 'Give the messages of one group, whose company was not known, to a company',
        tags,
        params: IdParams,
        body: AssignUnread,
        response: answers(UnreadAssigned),
      },
    },
    ({ params, body, as }) => assignUnread(as, { sourceId: params.id, ...body }),
  )
  api.get(
    '/api/v1/sources/:id/unread/:messageId',
    {
      schema: {
        operationId: 'show-unread',
        summary: 'One of these messages with all of its text',
        tags,
        params: UnreadParams,
        response: answers(UnreadMessage),
      },
    },
    ({ params }) => showUnread(deps, { sourceId: params.id, messageId: params.messageId }),
  )
  api.get(
    '/api/v1/sources/:id/unread-groups',
    {
      schema: {
        operationId: 'list-unread-groups',
        summary: 'What could not be read or belongs to nobody, by why and from where, the newest first',
        tags,
        params: IdParams,
        querystring: UnreadGroupsQuery,
        response: answers(UnreadGroupList),
      },
    },
    ({ params, query }) => listUnreadGroups(deps, { sourceId: params.id, ...query }),
  )
  api.delete(
    '/api/v1/sources/:id/unread-groups/:groupId',
    {
      schema: {
        operationId: 'remove-unread',
        summary: 'Remove the messages of a group for ever',
        tags,
        params: UnreadGroupParams,
        response: answers(UnreadRemoved),
      },
    },
    ({ params, as }) => removeUnread(as, { sourceId: params.id, groupId: params.groupId }),
  )
}
