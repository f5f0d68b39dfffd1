/** Records the courses that a creation can take: `pnpm record-histories`, with the test stack's variables set. */
import { workflows } from '@flexprice/contracts/workflows'
import { CodedError } from '@flexprice/domain'
import { createTestTemporal } from '@flexprice/testing/temporal'
import { recordHistory } from '../../testing/record-history.ts'
import { inputs, pretendSubscriptionCreation } from './pretend-activities.ts'

const contract = workflows['subscription-creation']

await using temporal = createTestTemporal()

for (const kind of ['one', 'batch', 'activation'] as const) {
  await recordHistory(temporal, kind, {
    contract,
    input: inputs[kind],
    activities: () => pretendSubscriptionCreation(),
  })
}

await recordHistory(temporal, 'refused', {
  contract,
  input: inputs.one,
  activities: () =>
    pretendSubscriptionCreation({
      async createSubscription() {
        throw new CodedError('not_found', 'Plan plan_1 does not exist')
      },
    }),
})

let attempts = 0
await recordHistory(temporal, 'retried', {
  contract,
  input: inputs.one,
  activities: () =>
    pretendSubscriptionCreation({
      async createSubscription() {
        if (attempts++ === 0) throw new CodedError('database_error', 'The database cannot be reached')
        return { subscription_id: 'subs_1' }
      },
    }),
})
