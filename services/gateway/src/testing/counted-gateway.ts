import { createDatabase } from '@flexprice/database/connection'
import { createTestDatabase, startCountedWay } from '@flexprice/testing'
import { testTemporalSettings } from '@flexprice/testing/temporal'
import { type GatewayUnderTest, startGateway } from './gateway-under-test.ts'

/** A gateway that, with the workers in its process, comes to its database by a way on which round trips are counted. */
export interface CountedGateway extends GatewayUnderTest {
  restartCount(): void
  /** Since then; each with its statements. What finds API keys does not count: it is kept for a while. */
  roundTrips(): readonly (readonly string[])[]
}

const poolSizeMax = 5

/** @param withWorkers makes the gateway by what it is given, and adds workers to it */
export async function startCountedGateway(
  withWorkers: (start: () => Promise<GatewayUnderTest>) => Promise<GatewayUnderTest>,
): Promise<CountedGateway> {
  const real = await createTestDatabase()
  const way = await startCountedWay(real.appUrl)
  const database = createDatabase({ url: way.url, applicationName: 'counted', poolSizeMax })
  const gateway = await withWorkers(() =>
    startGateway({
      testDatabase: { ...real, appUrl: way.url, database },
      temporalNamespace: testTemporalSettings().namespace,
      config: { waitMsMax: 20_000 },
    }),
  )
  return {
    ...gateway,
    restartCount: way.restart,
    roundTrips: () => way.roundTrips().filter((sent) => !sent.some((text) => text.includes('_api_key'))),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
      await way[Symbol.asyncDispose]()
      await real[Symbol.asyncDispose]()
    },
  }
}
