import {
  createCalculateChargesActivities,
  createCalculateChargesEvents,
} from '@flexprice/activities/calculate-charges'
import { currentScope } from '@flexprice/temporal-worker'
import { startGatewayWithCreation } from './creation-under-test.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { unseenTelemetry, withWorker } from './with-worker.ts'

/** The gateway with the workers that make subscriptions and calculate charges, all in the test's process. */
export async function startGatewayWithCharges(): Promise<GatewayUnderTest> {
  const gateway = await startGatewayWithCreation()
  const activities = createCalculateChargesActivities({
    scoped: () => gateway.database.database.scoped(currentScope()),
    slicesMax: 2,
    events: createCalculateChargesEvents(unseenTelemetry()),
  })
  return withWorker(gateway, 'calculate-charges', activities)
}
