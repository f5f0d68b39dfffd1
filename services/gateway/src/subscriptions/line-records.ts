import { metersById, searchPrices } from '@flexprice/database/catalog'
import { readNow, type Scoped } from '@flexprice/database/connection'
import type { LineItemRow } from '@flexprice/database/line-items'
import { pageSizeMax } from '@flexprice/database/search'
import { meterResponse } from '../features/meter-response.ts'
import { priceResponse } from '../prices/price-response.ts'
import { recordResponse } from '../record-response.ts'

interface WantedRecords {
  readonly meters: boolean
  readonly prices: boolean
}

/** The meter and the price of each line, as far as they are asked for, by one query a kind for all of them. */
export async function lineRecords(scoped: Scoped, lines: readonly LineItemRow[], wanted: WantedRecords) {
  const [meters, prices] = await Promise.all([
    metersById(scoped, wanted.meters ? lines.map((line) => line.meter_id) : []),
    pricesById(scoped, wanted.prices ? lines.map((line) => line.price_id) : []),
  ])
  return ({ meter_id, price_id }: LineItemRow) => {
    const row = meters.get(meter_id ?? '')
    const meter = row && {
      ...meterResponse(scoped.scope, row),
      ...recordResponse(scoped.scope, row),
      status: row.status,
    }
    return { meter, meter_display_name: row?.name, price: prices.get(price_id) }
  }
}

async function pricesById(scoped: Scoped, ids: readonly string[]) {
  const price_ids = [...new Set(ids)]
  if (price_ids.length === 0) return new Map<string, never>()
  const found = new Map<string, ReturnType<typeof priceResponse>>()
  const now = await readNow(scoped)
  // A page of subscriptions can have more prices than a page has rows.
  for (let offset = 0; offset < price_ids.length; offset += pageSizeMax) {
    const page = price_ids.slice(offset, offset + pageSizeMax)
    const search = { price_ids: page, allow_expired_prices: true, limit: pageSizeMax }
    const { items } = await searchPrices(scoped, search, now)
    for (const row of items) found.set(row.id, priceResponse(scoped.scope, row))
  }
  return found
}
