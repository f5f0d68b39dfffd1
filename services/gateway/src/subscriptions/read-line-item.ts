import type { SubscriptionLineItemResponse } from '@flexprice/contracts/subscriptions'
import { getPrice } from '@flexprice/database/catalog'
import type { Scoped } from '@flexprice/database/connection'
import { getLineItem } from '@flexprice/database/line-items'
import { priceResponse } from '../prices/price-response.ts'
import { lineItemResponse } from './line-item-response.ts'

/** A line with its price, as it is after a change. @throws not_found */
export async function readLineItem(scoped: Scoped, id: string): Promise<SubscriptionLineItemResponse> {
  const line = await getLineItem(scoped, id)
  const price = await getPrice(scoped, line.price_id)
  return { ...lineItemResponse(scoped.scope, line), price: priceResponse(scoped.scope, price) }
}
