import { startConnectwiseWorld } from '../../../../test/contracts/connectwise-world.ts'
import { psaContract } from '../../../../test/contracts/psa.ts'
import { connectwise } from './index.ts'

psaContract({ name: 'ConnectWise', connector: connectwise, startWorld: () => startConnectwiseWorld() })
