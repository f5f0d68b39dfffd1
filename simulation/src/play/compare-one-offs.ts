import { totalOf } from '../model/bill-money.ts'
import type { Model } from '../model/model.ts'
import { centsText } from '../model/ratio.ts'
import type { Product } from '../product/product.ts'
import { readOneOffs } from '../product/read-invoices.ts'
import { describeMoney, expectedMoney } from './compare-money.ts'

/** Each one-off once, with its sums and its state. */
export async function compareOneOffs(product: Product, model: Model): Promise<string[]> {
  const stored = await readOneOffs(product)
  const problems = stored.flatMap(({ invoice, status, subtotal, money }) => {
    const expected = model.oneOffs.get(invoice)
    if (!expected) return [`one-off ${invoice} is not expected`]
    const cents = totalOf(expected.bill)
    const wanted = describeMoney(expectedMoney(expected.bill, cents, expected.status))
    const want = `${expected.status} of ${centsText(cents)}: ${wanted}`
    const have = `${status} of ${subtotal}: ${describeMoney(money)}`
    return want === have ? [] : [`one-off ${invoice}:\n  expected ${want}\n  actual   ${have}`]
  })
  const isComplete = stored.length === model.oneOffs.size
  return isComplete ? problems : [...problems, `${stored.length} one-offs, expected ${model.oneOffs.size}`]
}
