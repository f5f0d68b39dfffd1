import { type CodedError, isCodedError } from '@flexprice/domain'

/**
 * Does the work for all items at once; what is refused as too much, for each half, down to single ones. So one
 * item that is too large by itself fails alone. In the order of the items.
 *
 * @param work an answer for each item; throws invalid_operation when they are too many together
 */
export async function inHalves<Item, Result>(
  items: readonly Item[],
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
  refused: (item: Item, error: CodedError) => Result,
): Promise<Result[]> {
  try {
    return [...(await work(items))]
  } catch (error) {
    const [first] = items
    if (!isCodedError(error) || error.code !== 'invalid_operation' || first === undefined) throw error
    if (items.length === 1) return [refused(first, error)]
  }
  const middle = Math.ceil(items.length / 2)
  // One after the other: what the first has read is gone when the second reads.
  const left = await inHalves(items.slice(0, middle), work, refused)
  return [...left, ...(await inHalves(items.slice(middle), work, refused))]
}
