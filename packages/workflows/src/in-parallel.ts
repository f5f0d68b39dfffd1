import { CancellationScope } from '@temporalio/workflow'

/**
 * Runs `work` on all items at once and waits for every one of them, also after a failure or a
 * cancellation: the others are then cancelled and finish the page they are at, so that nothing still writes when
 * the workflow has ended. Throws the failure that came first.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  await CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current()
    const failures: unknown[] = []
    await Promise.all(
      items.map((item) =>
        work(item).catch((failure: unknown) => {
          failures.push(failure)
          scope.cancel()
        }),
      ),
    )
    if (failures.length > 0) throw failures[0]
  })
}
