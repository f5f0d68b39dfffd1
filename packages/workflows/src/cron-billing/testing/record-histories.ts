/** Records the courses that billing can take: `pnpm record-histories`, with the test stack's variables set. */
import { workflows } from '@flexprice/contracts/workflows'
import { CodedError } from '@flexprice/domain'
import { createTestTemporal } from '@flexprice/testing/temporal'
import { recordHistory } from '../../testing/record-history.ts'
import { inputs, pretendCronBilling } from './pretend-activities.ts'

const contract = workflows['cron-billing']

await using temporal = createTestTemporal()

for (const kind of ['tick', 'due', 'run', 'clock'] as const) {
  await recordHistory(temporal, kind, {
    contract,
    input: inputs[kind],
    activities: () => pretendCronBilling(),
  })
}

await recordHistory(temporal, 'nothing-due', {
  contract,
  input: inputs.due,
  activities: () => pretendCronBilling({ beginBillingPass: async () => null }),
})

let attempts = 0
await recordHistory(temporal, 'retried-slice', {
  contract,
  input: inputs.run,
  activities: () =>
    pretendCronBilling({
      async billSlice() {
        if (attempts++ === 0) throw new CodedError('database_error', 'The database cannot be reached')
      },
    }),
})
