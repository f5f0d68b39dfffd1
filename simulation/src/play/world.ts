import type { Step } from '../lives/step.ts'
import type { Product } from '../product/product.ts'

/** Where one life is lived: an environment of the product's, and the way in which steps and time reach it. */
export interface World extends AsyncDisposable {
  readonly product: Product
  /**
   * Whether a move of the clock stops at each due instant by itself, as the product's own moves do; else whoever moves
   * it has to.
   */
  readonly stopsByItself: boolean
  /** Does what a step says. @throws what the product refuses with */
  perform(step: Step): Promise<void>
  /** Whether an error of that says that the product has refused it. */
  isRefusal(error: unknown): boolean
  /** Sets the clock and bills what falls due; answers how many subscriptions could not be billed. */
  moveTo(at: number): Promise<number>
  /** What looks at the product's rows, and changes nothing: a world whose database goes away asks again. */
  read<Result>(look: () => Promise<Result>): Promise<Result>
}

/** A fresh world whose clock stands at an instant. */
export type BeginWorld = (at: number) => Promise<World>
