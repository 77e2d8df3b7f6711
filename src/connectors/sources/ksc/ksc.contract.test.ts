import { sourceContract } from '../../../../test/contracts/source.ts'
import { startKscWorld } from '../../../../test/support/ksc-world.ts'
import { ksc } from './index.ts'

sourceContract({ name: 'Kaspersky Security Center', connector: ksc, startWorld: startKscWorld })
