import type { WorkflowContract } from './define-contract.ts'
import type { WorkflowDefinition } from './define-workflow.ts'

/** A key that is not its workflow's name does not compile. */
export function defineRegistry<
  const Registry extends { readonly [Name in keyof Registry & string]: ContractNamed<Name> },
>(registry: Registry): Registry {
  return Object.freeze(registry)
}

type ContractNamed<Name extends string> = Pick<WorkflowContract, 'result' | 'progress'> & {
  readonly definition: WorkflowDefinition<Name>
}
