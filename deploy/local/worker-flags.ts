/**
 * How the node of a queue's worker is started. By themselves V8's nursery and heap grow with the machine: on a large one
 * a worker that goes through pages of rows would hold hundreds of MB of garbage, of which some 70 are in use.
 *
 * @param queue a workflow definition's name
 */
export function workerFlags(queue: string): readonly string[] {
  return [`--max-semi-space-size=${nurseries.get(queue) ?? nurseryMb}`, `--max-old-space-size=${heapMb}`]
}

const nurseryMb = 16
const heapMb = 256
/**
 * Two pages that are rated at once outlive a small nursery's collections: each copies them, and then the heap is full of
 * them. With these a third of the worker's CPU is gone (docs/speed.md); that of calculations lets its heap grow besides
 * (`services/worker-calculate-charges/src/heap-growth.ts`), which is worth more than as much of a nursery.
 */
const nurseries: ReadonlyMap<string, number> = new Map([
  ['calculate-charges', 32],
  ['cron-billing', 64],
])
