import type { Model } from '../model/model.ts'
import { centsText } from '../model/ratio.ts'
import type { Product } from '../product/product.ts'
import { readOneOffs } from '../product/read-invoices.ts'

/** Each one-off once, with its sums and its state. */
export async function compareOneOffs(product: Product, model: Model): Promise<string[]> {
  const stored = await readOneOffs(product)
  const problems = stored.flatMap(({ invoice, status, sums }) => {
    const expected = model.oneOffs.get(invoice)
    const wanted = expected && `${expected.status} of ${centsText(expected.cents)}`
    const others = sums.filter((sum) => `${status} of ${sum}` !== wanted)
    return others.map((sum) => `one-off ${invoice}: expected ${wanted ?? 'none'}, is ${status} of ${sum}`)
  })
  const isComplete = stored.length === model.oneOffs.size
  return isComplete ? problems : [...problems, `${stored.length} one-offs, expected ${model.oneOffs.size}`]
}
