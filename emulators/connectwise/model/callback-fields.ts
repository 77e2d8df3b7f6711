// Callbacks (connectwise-api.md 11).
import { entity } from './entity.ts'
import { field, fields, text } from './field.ts'

const required = { required: 'always' } as const

export const callbackEntity = entity('CallbackEntry', {
  label: 'callbackEntry',
  title: 'Callback',
  path: 'system/callbacks',
  isComplete: true,
  fields: [
    field('integer', 'id', { access: 'read' }),
    text('description', 100),
    field('text', 'url', required),
    field('integer', 'objectId', required),
    field('choice', 'type', { values: ['ticket', 'company', 'agreement'], required: 'always' }),
    field('text', 'level', required),
    field('integer', 'memberId', { access: 'read' }),
    field('text', 'payloadVersion'),
    ...fields('flag', 'inactiveFlag isSoapCallbackFlag isSelfSuppressedFlag', { initial: false }),
    field('text', 'connectWiseID', { access: 'read' }),
  ],
})
