import type { DatabasePart } from './database.ts'
import type { StackRun } from './stack-run.ts'

export interface DemoPart {
  readonly taken: string
  readonly apiKey: string
  readonly planId: string
  readonly priceId: string
}

export async function makeDemo(
  _run: StackRun,
  _database: DatabasePart,
  _tell: (doing: string) => void,
): Promise<DemoPart> {
  return { taken: 'not yet', apiKey: 'sk_none', planId: 'plan_none', priceId: 'price_none' }
}
