import type { z } from 'zod'
import type { WhenRunning, WorkflowDefinition } from './define-workflow.ts'

/**
 * Ties a workflow's plain half to its schemas and its business key. A contract is reached through the
 * registry only (no other subpath exports it), so a workflow that is missing there cannot be started or served.
 */
export function defineContract<
  const Definition extends WorkflowDefinition,
  Input extends z.ZodType,
  Result extends z.ZodType,
  Progress extends z.ZodType | undefined = undefined,
>(
  contract: WorkflowContract<Definition, Input, Result, Progress>,
): WorkflowContract<Definition, Input, Result, Progress> {
  return Object.freeze(contract)
}

export interface WorkflowContract<
  Definition extends WorkflowDefinition = WorkflowDefinition,
  Input extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
  Progress extends z.ZodType | undefined = z.ZodType | undefined,
> {
  readonly definition: Definition
  readonly input: Input
  readonly result: Result
  /** What can be read of it while it runs, if anything. */
  readonly progress: Progress
  /** The business key, with `:` between, below 256 bytes: starting twice meets the same workflow. */
  workflowId(environmentId: string, input: z.output<Input>): string
  /** How a second start for the same business key behaves, where that depends on the input: else as the definition says. */
  readonly whenRunning?: (input: z.output<Input>) => WhenRunning
  /** The record it works on; `definition.entityType` says of which kind. */
  entityId(input: z.output<Input>): string
}

/** What a workflow is started with, before its schema has filled in the defaults. */
export type InputOf<Contract extends WorkflowContract> = z.input<Contract['input']>
