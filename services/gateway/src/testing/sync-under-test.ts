import { createPriceSyncActivities, createPriceSyncEvents } from '@flexprice/activities/price-sync'
import { workflows } from '@flexprice/contracts/workflows'
import { createLogger, createMetrics } from '@flexprice/observability'
import { currentScope } from '@flexprice/temporal-worker'
import { startTestWorker } from '@flexprice/testing/temporal'
import { startGatewayWithCharges } from './charges-under-test.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'

/** The gateway with the workers that subscribe, charge and sync prices, all in the test's process. */
export async function startGatewayWithSync(): Promise<GatewayUnderTest> {
  const gateway = await startGatewayWithCharges()
  const worker = await startTestWorker({
    definition: workflows['price-sync'].definition,
    bundle: {
      workflows: import.meta.resolve('@flexprice/workflows/price-sync'),
      interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
    },
    activities: createPriceSyncActivities({
      scoped: () => gateway.database.database.scoped(currentScope()),
      slicesMax: 2,
      events: createPriceSyncEvents({
        logger: createLogger({ service: 'test', level: 'fatal' }),
        metrics: createMetrics({ service: 'test' }),
      }),
    }),
  })
  return {
    ...gateway,
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]()
      await gateway[Symbol.asyncDispose]()
    },
  }
}
