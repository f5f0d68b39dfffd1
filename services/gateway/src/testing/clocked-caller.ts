import type { Caller } from './caller-under-test.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'

/** A caller whose environment has a test clock. */
export interface ClockedCaller extends Caller {
  moveClock(to: string): Promise<void>
}

export async function newClockedCaller(gateway: GatewayUnderTest, at: string): Promise<ClockedCaller> {
  const caller = await gateway.newKeyOf(await gateway.database.newTenant({ clockAt: new Date(at) }))
  return { ...caller, moveClock: (to) => gateway.database.moveClock(caller.scoped, new Date(to)) }
}
