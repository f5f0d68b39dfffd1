import { setFlagsFromString } from 'node:v8'

/**
 * Pages that are rated outlive the nursery's collections, some 15 MB each time. By itself V8 then collects all of the
 * heap after each second of them, as it lets the heap grow by little beyond what is in use: half of what collecting
 * costs. So it may become three times as large, as far as half the way to its bound. Not among the flags of `node`, of
 * which images may give it only some.
 */
export function letHeapGrow(): void {
  setFlagsFromString('--heap-growing-percent=200')
}
