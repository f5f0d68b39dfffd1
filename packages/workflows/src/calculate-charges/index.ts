import type { CalculateChargesActivities } from '@flexprice/activities/calculate-charges'
import type { CalculateChargesInput, CalculateChargesResult } from '@flexprice/contracts/workflows'
import { proxyLocalActivities } from '@temporalio/workflow'
import { untilDone } from '../retry.ts'

/** TODO: what it brings about, and what a second request does. Deterministic: effects are in activities. */
export async function CalculateChargesWorkflow(input: CalculateChargesInput): Promise<CalculateChargesResult> {
  return calculateCharges(input)
}

const { calculateCharges } = proxyLocalActivities<CalculateChargesActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '24 hours',
  retry: untilDone,
})
