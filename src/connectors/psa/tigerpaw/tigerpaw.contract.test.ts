import { psaContract } from '../../../../test/contracts/psa.ts'
import { startTigerpawWorld } from '../../../../test/contracts/tigerpaw-world.ts'
import { tigerpaw } from './index.ts'

psaContract({ name: 'Tigerpaw', connector: tigerpaw, startWorld: () => startTigerpawWorld() })

/** Everything that the vendor leaves open, decided the other way, and the settings that go with it. */
psaContract({
  name: 'Tigerpaw, the other way round',
  connector: tigerpaw,
  startWorld: () =>
    startTigerpawWorld(
      {
        switches: {
          errorStyle: 'http',
          missingReads: 200,
          rightsStatus: 401,
          firstRow: 0,
          maxPageSize: 40,
          omittedOnPut: 'null',
          lockStatus: 423,
          statusStampsClosed: false,
          utcOffsetMinutes: -360,
          leaveOutNulls: true,
        },
      },
      {
        firstRow: 0,
        dateHeader: 'Date',
        timeZone: 'Etc/GMT+6',
        readMergeWrite: true,
        resolutionTo: 'note',
        noteTopic: 'Monitoring',
        completeOpenTasks: true,
        externalProduct: '',
        probeVersion: false,
      },
    ),
})
