/** Records the courses that a calculation can take: `pnpm record-histories`, with the test stack's variables set. */
import { workflows } from '@flexprice/contracts/workflows'
import { CodedError } from '@flexprice/domain'
import { createTestTemporal } from '@flexprice/testing/temporal'
import { recordHistory } from '../../testing/record-history.ts'
import { inputs, pretendCalculateCharges } from './pretend-activities.ts'

const contract = workflows['calculate-charges']

await using temporal = createTestTemporal()

for (const kind of ['calculation', 'preview', 'invoice', 'replacement', 'sync_preview'] as const) {
  await recordHistory(temporal, kind.replace('_', '-'), {
    contract,
    input: inputs[kind],
    activities: () => pretendCalculateCharges(),
  })
}

await recordHistory(temporal, 'refused', {
  contract,
  input: inputs.invoice,
  activities: () =>
    pretendCalculateCharges({
      async recalculateInvoice() {
        throw new CodedError('invalid_operation', 'Invoice inv_1 is VOIDED')
      },
    }),
})

let attempts = 0
await recordHistory(temporal, 'retried-slice', {
  contract,
  input: inputs.calculation,
  activities: () =>
    pretendCalculateCharges({
      async calculateSlice() {
        if (attempts++ === 0) throw new CodedError('database_error', 'The database cannot be reached')
      },
    }),
})
