import { CancellationScope, CancelledFailure } from '@temporalio/workflow'

/**
 * Runs `work` on all items at once and waits for every one of them, also after a failure or a
 * cancellation: the others are then cancelled and finish the page they are at, so that nothing still writes when
 * the workflow has ended. Throws the failure that came first; but what is cancelled from outside ends as
 * cancelled, also where it was just failing, as nobody wants to hear of a failure of what they have stopped.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const outside = CancellationScope.current()
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
    if (failures.length === 0) return
    throw outside.consideredCancelled ? new CancelledFailure('Cancelled between two pages') : failures[0]
  })
}
