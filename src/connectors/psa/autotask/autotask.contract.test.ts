import { startAutotaskWorld } from '../../../../test/contracts/autotask-world.ts'
import { psaContract } from '../../../../test/contracts/psa.ts'
import { autotask } from './index.ts'

psaContract({ name: 'Autotask', connector: autotask, startWorld: () => startAutotaskWorld() })
