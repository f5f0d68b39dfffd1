import { createPriceSyncActivities, createPriceSyncEvents } from '@flexprice/activities/price-sync'
import { currentScope } from '@flexprice/temporal-worker'
import { startGatewayWithCharges } from './charges-under-test.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { unseenTelemetry, withWorker } from './with-worker.ts'

/** The gateway with the workers that subscribe, charge and sync prices, all in the test's process. */
export async function startGatewayWithSync(): Promise<GatewayUnderTest> {
  const gateway = await startGatewayWithCharges()
  const activities = createPriceSyncActivities({
    scoped: () => gateway.database.database.scoped(currentScope()),
    slicesMax: 2,
    events: createPriceSyncEvents(unseenTelemetry()),
  })
  return withWorker(gateway, 'price-sync', activities)
}
