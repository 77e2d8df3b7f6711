import { deletePerson } from '../../usecases/delete-person.ts'
import { invitePerson } from '../../usecases/invite-person.ts'
import { listInvitations } from '../../usecases/list-invitations.ts'
import { listPeople } from '../../usecases/list-people.ts'
import { revokeInvitation } from '../../usecases/revoke-invitation.ts'
import { updatePerson } from '../../usecases/update-person.ts'
import { answers, noContent, type Routes } from '../api.ts'
import { IdParams, listOf } from '../schemas/common.ts'
import { Invitation, InvitePerson, Person, PersonInvited, UpdatePerson } from '../schemas/people.ts'

const tags = ['People']

export const peopleRoutes: Routes = (api) => {
  api.get(
    '/api/v1/people',
    {
      schema: {
        operationId: 'list-people',
        summary: 'Everybody who may sign in',
        tags,
        response: answers(listOf(Person)),
      },
    },
    ({ as }) => listPeople(as),
  )
  api.patch(
    '/api/v1/people/:id',
    {
      schema: {
        operationId: 'update-person',
        summary: 'Change name or role, or shut a person out',
        tags,
        params: IdParams,
        body: UpdatePerson,
        response: answers(Person),
      },
    },
    ({ params, body, as }) => updatePerson(as, { ...params, ...body }),
  )
  api.delete(
    '/api/v1/people/:id',
    {
      schema: {
        operationId: 'delete-person',
        summary: 'Remove a person; the last administrator stays',
        tags,
        params: IdParams,
        response: noContent,
      },
    },
    async ({ params, as }, reply) => {
      await deletePerson(as, params)
      return reply.code(204).send()
    },
  )
  api.get(
    '/api/v1/invitations',
    {
      schema: {
        operationId: 'list-invitations',
        summary: 'Invitations that can still be accepted',
        tags,
        response: answers(listOf(Invitation)),
      },
    },
    ({ as }) => listInvitations(as),
  )
  api.post(
    '/api/v1/invitations',
    {
      schema: {
        operationId: 'invite-person',
        summary: 'Invite somebody by a link that is shown once',
        tags,
        body: InvitePerson,
        response: answers(PersonInvited),
      },
    },
    ({ body, as }) => invitePerson(as, body),
  )
  api.delete(
    '/api/v1/invitations/:id',
    {
      schema: {
        operationId: 'revoke-invitation',
        summary: 'Take an invitation back',
        tags,
        params: IdParams,
        response: noContent,
      },
    },
    async ({ params, as }, reply) => {
      await revokeInvitation(as, params)
      return reply.code(204).send()
    },
  )
}
