import { totalOf } from '../model/bill-money.ts'
import type { Model } from '../model/model.ts'
import { centsText } from '../model/ratio.ts'
import type { Standing } from '../product/read-standing.ts'
import { describeMoney, expectedMoney } from './compare-money.ts'

/** Each invoice that buys credits, those that wallets have made by themselves too, in their order. */
export function comparePurchases({ purchases }: Standing, model: Model): string[] {
  const stored = Map.groupBy(purchases, ({ subscription }) => subscription)
  return [...model.subscriptions.keys()].flatMap((subscription) => {
    const want = model.money.purchasesOf(subscription).map(({ bill, isByItself, status }) => {
      const of = status === 'VOIDED' ? 'VOIDED' : 'FINALIZED'
      const money = describeMoney(expectedMoney(bill, totalOf(bill), of))
      return `${isByItself ? 'WALLET_AUTO_TOPUP' : 'MANUAL'} ${of} of ${centsText(totalOf(bill))}: ${money}`
    })
    const have = (stored.get(subscription) ?? []).map(
      ({ reason, status, subtotal, money }) => `${reason} ${status} of ${subtotal}: ${describeMoney(money)}`,
    )
    if (want.join() === have.join()) return []
    const of = `subscription ${subscription}'s purchases of credits`
    return [`${of}:\n  expected ${want.join('\n    ')}\n  actual   ${have.join('\n    ')}`]
  })
}
