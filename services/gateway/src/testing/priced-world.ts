import type { Caller } from './caller-under-test.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { meteredFeatureBody } from './metered-feature.ts'

/** A plan, with what its prices may name. */
export async function newPricedWorld(gateway: Pick<GatewayUnderTest, 'newCaller'>) {
  const caller = await gateway.newCaller()
  const { id: planId } = await caller.create('/plans', { name: 'Pro', lookup_key: 'pro' })
  const filters = [{ key: 'region', values: ['eu', 'us'] }]
  const aggregation = { type: 'SUM', field: 'bytes' }
  const feature = await caller.create('/features', meteredFeatureBody({}, { aggregation, filters }))
  const average = { type: 'AVG', field: 'bytes' }
  const averaged = await caller.create('/features', meteredFeatureBody({}, { aggregation: average }))
  const group = await caller.create('/groups', { name: 'G', lookup_key: 'g', entity_type: 'price' })
  const other = await caller.create('/groups', { name: 'F', lookup_key: 'f', entity_type: 'feature' })
  return {
    ...{ caller, planId, meterId: feature.meter_id, averageId: averaged.meter_id },
    ...{ groupId: group.id, otherGroupId: other.id },
  }
}
export type PricedWorld = Awaited<ReturnType<typeof newPricedWorld>>

/** As they are, apart from what each environment and each moment has of its own; successors by their roots. */
export async function pricesOf({ scoped }: Caller) {
  const rows = await scoped.db.selectFrom('prices').selectAll().orderBy('id').execute()
  const index = new Map(rows.map(({ id }, position) => [id, position]))
  const at = (date: Date | null) =>
    date && date.getTime() > Date.now() - 3_600_000 && date < new Date() ? 'now' : date
  return rows.map((row) => ({
    ...row,
    ...{ id: index.get(row.id), plan_id: row.plan_id !== null, environment_id: '' },
    ...{
      root_price_id: index.get(row.root_price_id),
      successor_price_id: index.get(row.successor_price_id ?? ''),
    },
    ...{ meter_id: row.meter_id !== null, group_id: row.group_id !== null, sequence: row.sequence > 0 },
    ...{ start_date: at(row.start_date), end_date: at(row.end_date) },
    ...{ created_at: '', updated_at: '', created_by: '', updated_by: '' },
  }))
}
