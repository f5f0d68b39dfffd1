/** Records the courses that a change can take: `pnpm record-histories`, with the test stack's variables set. */
import { workflows } from '@flexprice/contracts/workflows'
import { CodedError } from '@flexprice/domain'
import { createTestTemporal } from '@flexprice/testing/temporal'
import { recordHistory } from '../../testing/record-history.ts'
import { inputs, pretendSubscriptionChange } from './pretend-activities.ts'

const contract = workflows['subscription-change']

await using temporal = createTestTemporal()

for (const kind of ['execute', 'preview'] as const) {
  await recordHistory(temporal, kind, {
    contract,
    input: inputs[kind],
    activities: () => pretendSubscriptionChange(),
  })
}

await recordHistory(temporal, 'bulk', {
  contract,
  input: inputs.bulk,
  activities: () => pretendSubscriptionChange(),
})

await recordHistory(temporal, 'refused', {
  contract,
  input: inputs.execute,
  activities: () =>
    pretendSubscriptionChange({
      async changeSubscription() {
        throw new CodedError('not_found', 'Plan plan_2 does not exist')
      },
    }),
})

let pages = 0
await recordHistory(temporal, 'retried-slice', {
  contract,
  input: inputs.bulk,
  activities: () =>
    pretendSubscriptionChange({
      async changeBulkSlice() {
        if (pages++ === 0) throw new CodedError('database_error', 'The database cannot be reached')
      },
    }),
})

let attempts = 0
await recordHistory(temporal, 'retried', {
  contract,
  input: inputs.execute,
  activities: () =>
    pretendSubscriptionChange({
      async changeSubscription(input) {
        if (attempts++ === 0) throw new CodedError('database_error', 'The database cannot be reached')
        return pretendSubscriptionChange().changeSubscription(input)
      },
    }),
})
